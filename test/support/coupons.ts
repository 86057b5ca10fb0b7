import type { Order } from '../../sandbox/pay/order.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { visit } from './members.ts'
import type { SandboxShop } from './shop.ts'

/** A member's coupon, given by a tap and sent by WeChat; returns WeChat's number of it. */
export async function aSentCoupon(shop: SandboxShop, openid: string, campaign: Campaign): Promise<string> {
  const tapped = await (await visit(shop.site, shop.merchant, campaign, openid)).tap()
  if (tapped.status !== 'sent') throw new Error(`the tap ended as ${JSON.stringify(tapped)}`)
  return shop.sandbox.control.coupons(openid).at(-1)!.couponId
}

/** The member pays 60 yuan at the till, and WeChat takes off the best coupon. */
export function payWithCoupon({ sandbox }: SandboxShop, openid: string): Order {
  return sandbox.control.addOrder({ openid, total: 6000, goodsTag: 'MUTEX_STORE', useCoupon: true })
}

/** Applies everything that has arrived and is due. */
export function applyInbox({ services }: Pick<SandboxShop, 'services'>): Promise<void> {
  return openInboxLoop(services).drain()
}

/** What the ledger says of the uses of a coupon, oldest first. */
export function usesOf({ services }: Pick<SandboxShop, 'services'>, couponId: string) {
  return services.db.selectFrom('redemptions').selectAll().where('coupon_id', '=', couponId).orderBy('id').execute()
}
