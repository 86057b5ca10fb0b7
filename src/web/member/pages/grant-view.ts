import { waitingFor } from '../../../claims/claim-answer.ts'
import type { Grant } from '../../../grants/grants.ts'
import { memberWords } from '../../../ledger/outcomes/outcomes.ts'
import type { Merchant } from '../../../merchants/merchant.ts'
import { day } from '../../shell/format.ts'
import { urls } from '../../member-views/urls.ts'
import { grantRefreshSeconds, patienceSeconds } from './refresh.ts'
import { fatedTicket, type Ticket } from '../../member-views/ticket.ts'
import type { Standings } from './own-coupons.ts'

/** A grant as the pages show it to its member. */
export type GrantView = {
  id: string
  title: string
  time: string
  tickets: Ticket[]
  /** Why a part of it was not given, in plain words. */
  reason: string | undefined
  /** The payment that earned it was refunded. */
  refunded: boolean
  pending: boolean
  /** What it waits for, if that takes longer than a moment. */
  waiting: string | undefined
  /** It takes longer than a person should wait: the page says that they may leave. */
  slow: boolean
  refreshSeconds: number | undefined
  url: string
  campaignUrl: string
}

/** The grant at the instant `now`; with `standings` also what became of its coupons after they were sent. */
export function grantView(merchant: Merchant, grant: Grant, now: Date, standings?: Standings): GrantView {
  const refused = grant.coupons.find((coupon) => coupon.state === 'refused')
  const pending = grant.status === 'pending'
  const ageSeconds = (now.getTime() - grant.createdAt.getTime()) / 1_000
  return {
    id: grant.id,
    title: grant.campaign.title,
    time: day(grant.createdAt),
    tickets: grant.coupons.map((coupon) => fatedTicket(coupon, standings?.(coupon), now)),
    reason: refused && memberWords(refused.reason).message,
    refunded: grant.refundedAt !== null,
    pending,
    waiting: waitingFor(grant.coupons),
    slow: pending && ageSeconds > patienceSeconds,
    refreshSeconds: pending ? grantRefreshSeconds(ageSeconds) : undefined,
    url: urls.grant(merchant.slug, grant.id),
    campaignUrl: urls.campaign(merchant.slug, grant.campaign.slug),
  }
}
