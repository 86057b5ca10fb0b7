import { whyNothing } from '../../../cards/why-nothing.ts'
import { closedReason } from '../../../grants/campaign-window.ts'
import { memberReasons } from '../../../refusal.ts'
import type { Merchant } from '../../../merchants/merchant.ts'
import type { Reward } from '../../../payments/reward.ts'
import { yuan } from '../../shell/format.ts'
import { urls } from '../../member-views/urls.ts'
import type { MemberState } from '../state.ts'
import { type GrantView, grantView } from './grant-view.ts'

type Granted = Extract<Reward, { kind: 'granted' }>
type Nothing = Extract<Reward, { kind: 'nothing' }>

/** What a payment earned; `next` is the grant for which the page waits. */
export function grantedView(merchant: Merchant, { grants }: Granted, now: Date) {
  const shown = grants.map((grant): GrantView => grantView(merchant, grant, now))
  return { grants: shown, next: shown.find((grant) => grant.pending) }
}

/** Why a payment earned nothing, and what is missing to the next tier. */
export function nothingView(merchant: Merchant, { reason, detail }: Nothing) {
  const { campaign, missing, unit, usedOurCoupon } = detail
  return {
    reason: reason === 'not_eligible' ? undefined : memberReasons[reason],
    usedOurCoupon,
    missing: missing !== undefined && unit === 'fen' ? yuan(missing) : missing,
    unit,
    campaign: campaign && { title: campaign.title, url: urls.campaign(merchant.slug, campaign.slug) },
  }
}

/** The campaign that gives something for opening a card, to a member who is known to have none. */
export async function cardInvitation({
  services,
  merchant,
  member,
}: MemberState): Promise<{ title: string; url: string } | undefined> {
  const now = services.clock.now()
  const campaigns = await services.catalog.campaigns(merchant.id)
  const open = campaigns.find((campaign) => campaign.kind === 'card_open' && !closedReason(campaign, now))
  if (!open || (await whyNothing(services.db, merchant, open, member.openid, now)) !== 'no_card') return undefined
  return { title: open.title, url: urls.campaign(merchant.slug, open.slug) }
}
