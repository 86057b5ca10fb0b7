import { whyHalted } from '../delivery/halts.ts'
import type { Offer } from '../grants/offer.ts'
import { senderFor } from '../ledger/sender-choice.ts'
import { memberMark } from '../members/member-mark.ts'
import type { MemberReason } from '../refusal.ts'
import type { Services } from '../services.ts'
import { anyClosed } from '../stocks/stock-state.ts'
import type { Claim } from './asked-claim.ts'

type Asking = Pick<Claim, 'merchant' | 'campaign' | 'openid'>

/**
 * Why WeChat gives none of an offer at this moment, by what it last told; undefined when it does. Throws when the
 * campaign has no sender.
 */
export async function whyClosed(services: Services, claim: Asking, offer: Offer): Promise<MemberReason | undefined> {
  const closed = anyClosed(offer, services.clock.now())
  if (closed) return closed
  return (await isSoldOutAtWeChat(services, claim, offer)) ? 'sold_out' : undefined
}

/** True when WeChat says that the stock's budget is used up: a new claim would only wait behind those already owed. */
async function isSoldOutAtWeChat(
  services: Services,
  { merchant, campaign, openid }: Asking,
  offer: Offer,
): Promise<boolean> {
  const mark = memberMark(merchant, openid)
  for (const { stock } of offer) {
    const sender = await senderFor(services.db, merchant, campaign, { stockRef: stock.id, mark })
    if ((await whyHalted(services, sender.id, stock.id)) === 'sold_out') return true
  }
  return false
}
