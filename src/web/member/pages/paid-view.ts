import { memberReasons } from '../../../refusal.ts'
import type { Merchant } from '../../../merchants/merchant.ts'
import type { Reward } from '../../../payments/reward.ts'
import { yuan } from '../../shell/format.ts'
import { urls } from '../../member-views/urls.ts'
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
