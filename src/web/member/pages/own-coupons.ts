import { askForMember, type OwnCoupon } from '../../../coupons/ask-for-member.ts'
import { readFates } from '../../../coupons/fates.ts'
import { type Standing, standingOf } from '../../../coupons/standing.ts'
import type { Grant, GrantCoupon } from '../../../grants/grants.ts'
import type { Merchant } from '../../../merchants/merchant.ts'
import type { Services } from '../../../services.ts'

export type Standings = (coupon: GrantCoupon) => Standing | undefined

/**
 * How the sent coupons of a member's own grants stand, after WeChat was asked about a few of which it may know more. A
 * coupon that was not sent has no standing.
 */
export async function standingsOf(
  services: Services,
  merchant: Merchant,
  openid: string,
  grants: Grant[],
): Promise<Standings> {
  const sent = grants.flatMap((grant) => grant.coupons.flatMap((coupon) => (isSent(coupon) ? [coupon] : [])))
  const known = await read(services, merchant, sent)
  const own = sent.map((coupon): OwnCoupon => ({ ...known(coupon), ...coupon, openid }))
  const isNew = await askForMember(services, merchant, openid, own)
  const newest = isNew ? await read(services, merchant, sent) : known
  return (coupon) => (isSent(coupon) ? newest(coupon).standing : undefined)
}

type Sent = GrantCoupon & { couponId: string }

function isSent(coupon: GrantCoupon): coupon is Sent {
  return coupon.state === 'sent' && coupon.couponId !== null
}

async function read({ db, clock }: Services, merchant: Merchant, sent: Sent[]) {
  const now = clock.now()
  const ids = sent.map(({ couponId }) => couponId)
  const fateOf = await readFates(db, merchant.id, ids)
  return ({ couponId, availableBegin, availableEnd }: Sent) => {
    const fate = fateOf(couponId)
    return { fate, standing: standingOf(fate, { begin: availableBegin, end: availableEnd }, now) }
  }
}
