import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Person } from '../../operators/rights/person.ts'
import type { Scope } from '../../operators/rights/scope.ts'
import type { Session } from '../../operators/sessions.ts'
import type { UploadedFile } from '../shell/upload-fields.ts'
import type { PageState } from './frame.ts'

/** Behind the visitor guard: a browser, perhaps with a session of any stage. */
export type VisitorState = PageState & {
  session: Session | undefined
  /** Of that session. */
  sessionToken: string | undefined
}

/** Behind the guard for people who have signed in. */
export type PersonState = VisitorState & { session: Session; person: Person }

/** Behind a guard that found a place in which the person has a role. */
export type PlaceState = PersonState & { scope: Scope }

/** Behind the guard of one merchant's pages. */
export type MerchantState = PlaceState & { merchant: Merchant }

/** Behind the guard of one campaign's pages, drafts too. */
export type CampaignState = MerchantState & { campaign: Campaign }

/** Behind the guard of one provider's pages: with the merchants that name its number. */
export type ProviderState = PlaceState & { mchid: string; merchantIds: number[] }

/** Behind a form guard: with the fields of the submitted form. */
export type Filled = { form: URLSearchParams }

/** The same for a form that may bring files. */
export type Uploaded = Filled & { files: UploadedFile[] }
