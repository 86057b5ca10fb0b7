import type { Order, OrderRefund } from '../../sandbox/pay/order.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { applyInbox } from '../support/coupons.ts'
import { runNow } from '../support/jobs.ts'
import { visit } from '../support/members.ts'
import type { TillDays } from './till-days.ts'

/** When WeChat's message of something arrives. */
export type Told = 'now' | 'twice' | 'tonight' | 'tomorrow' | 'never'

/** Something that a member or the shop does. */
export type Act = {
  does: 'claim' | 'scan' | 'pay' | 'refund' | 'refund a part' | 'look' | 'ask'
  member: 'xiaoming' | 'xiaohong'
  byProvider: boolean
  yuan: number
  told: Told
  /** When it is told of a coupon that was used. */
  useTold: Told
  /** Minutes since the last thing. */
  after: number
}

/** What happens before the files of the day before are there, and after. */
export type LivedDay = { early: Act[]; late: Act[] }

/** Where a member's acts and the messages about them go; messages that are not lost wait here for their time. */
export function openLife(days: TillDays, campaign: Campaign) {
  const { shop, clock, control, scan, send } = days
  const { services, merchant, sandbox } = shop
  const [direct, provider] = shop.world.merchants[0]!.mchids as [string, string]
  const { appid } = merchant.officialAccount
  const waiting: { when: Told; event: object }[] = []

  const push = (event: object) => control('events', event)
  async function tell(when: Told, event: object): Promise<void> {
    if (when === 'tonight' || when === 'tomorrow') waiting.push({ when, event })
    if (when === 'now' || when === 'twice') await push(event)
    if (when === 'twice') await push(event)
  }

  async function pay({ member, yuan, byProvider, told, useTold }: Act): Promise<void> {
    const placed = byProvider ? { mchid: provider, subMchid: direct } : { mchid: direct }
    const seller = { appid, ...placed, goodsTag: 'MUTEX_STORE' }
    const order = await control<Order>('orders', { ...seller, member, total: yuan * 100, useCoupon: true })
    const { transactionId } = order
    await tell(told, { kind: 'payment', transactionId })
    for (const { coupon_id: couponId } of order.promotions)
      await tell(useTold, { kind: 'coupon_use', couponId, transactionId })
  }

  /** The member's last order of which something is left is given back. */
  async function refund({ does, member, told }: Act): Promise<void> {
    const left = ({ total, refunds }: Order) => refunds.reduce((rest, one) => rest - one.refund, total)
    const openid = shop.member(member)
    const order = sandbox.control.orders().findLast((one) => one.openid === openid && left(one) > 0)
    if (!order) return
    const { transactionId } = order
    const amount = does === 'refund' ? left(order) : Math.min(left(order), 2_500)
    const { refundId } = await control<OrderRefund>(`orders/${transactionId}/refunds`, { refund: amount })
    await tell(told, { kind: 'refund', transactionId, refundId })
  }

  const acts: Record<Act['does'], (act: Act) => Promise<unknown>> = {
    claim: async ({ member }) => (await visit(shop.site, merchant, campaign, shop.member(member))).tapForPage(),
    scan: ({ member, yuan }) => scan(member, yuan, { use_coupon: 'on' }),
    pay,
    refund,
    'refund a part': refund,
    look: ({ member }) => shop.phoneOf(shop.member(member)).get(`/m/${merchant.slug}/coupons`),
    ask: () => runNow(services, 'coupon-states'),
  }

  async function settle(): Promise<void> {
    await applyInbox(shop)
    await send()
  }

  async function hear(when: Told): Promise<void> {
    const due = waiting.filter((one) => one.when === when)
    waiting.splice(0, waiting.length, ...waiting.filter((one) => one.when !== when))
    for (const { event } of due) await push(event)
    await settle()
  }

  return {
    /** A day from midnight to midnight, with the jobs of its morning: the files of the day before, and its comparison. */
    async live(date: string, { early, late }: LivedDay): Promise<void> {
      days.at(`${date}T00:01:00`)
      await runNow(services, 'stocks')
      await doAll(early)
      await days.morning(date)
      await runNow(services, 'files')
      await hear('tomorrow')
      await doAll(late)
      days.at(`${date}T23:50:00`)
      await hear('tonight')
    },
  }

  async function doAll(all: Act[]): Promise<void> {
    for (const act of all) {
      clock.advance(act.after * 60_000)
      await acts[act.does](act)
      await settle()
    }
  }
}
