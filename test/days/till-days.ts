import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { storedDay } from '../../src/days/stored.ts'
import type { SpendRule } from '../../src/plumbing/storage/schema.ts'
import { stillClock } from '../support/clock.ts'
import { runNow } from '../support/jobs.ts'
import { openShop } from '../support/shop.ts'

/** A shop in the sandbox, two minutes into 10 November 2026, with the till that members pay at and the jobs of a morning. */
export type TillDays = Awaited<ReturnType<typeof openTillDays>>

export async function openTillDays(keyMode: 'certificate' | 'public_key' = 'public_key') {
  const clock = stillClock(new Date('2026-11-09T16:02:00Z'))
  const shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode, slugs: ['demo'] } })
  const { services, sandbox, merchant } = shop
  const stock = sandbox.control.stock(shop.world.merchants[0]!.campaigns.spend.stockId)
  const post = (path: string, body: URLSearchParams | object, headers = {}) =>
    fetch(`${sandbox.url}/sandbox/${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: body instanceof URLSearchParams ? body : JSON.stringify(body),
    })
  const at = (beijing: string) => clock.advance(Date.parse(`${beijing}+08:00`) - clock.now().getTime())
  const send = () => openDeliveryLoop(services).drain()

  return {
    shop,
    clock,
    /** Of the campaign that payments of 50 yuan earn in. */
    stock,
    at,
    send,
    /** Does something at WeChat by the control: the JSON answer. */
    async control<T>(path: string, body: object): Promise<T> {
      const answer = await post(`control/${path}`, body)
      if (answer.status !== 200) throw new Error(`${path} answers ${answer.status} ${await answer.text()}`)
      return (await answer.json()) as T
    },
    /** The member shows the payment code. */
    async scan(member: string, yuan: number, use: { use_coupon?: 'on' } = {}): Promise<void> {
      const form = new URLSearchParams({ merchant: 'demo', yuan: String(yuan), ...use })
      const { status } = await post('till', form, { cookie: `sandbox_member=${member}` })
      if (status !== 303) throw new Error(`the till answers ${status}`)
    },
    /** Each 50 yuan of one payment earn a coupon; unless told otherwise until the end of the month. */
    spendCampaign: (ends_at = new Date('2026-11-30T16:00:00Z')) =>
      shop.campaign({ kind: 'spend', spend: spendRule(stock.stock_id), limits: {}, coupons: [], ends_at }),
    /** What the schedule does when the files of the day before are there, and an hour later its comparison. */
    async morning(date: string): Promise<void> {
      at(`${date}T10:05:00`)
      await runNow(services, 'bills')
      await runNow(services, 'flows')
      await send()
      at(`${date}T11:05:00`)
      await runNow(services, 'days')
    },
    /** The comparison that the job has kept. */
    sheet: async (day: string) => (await storedDay(services.db, merchant.id, day))!.sheet,
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]()
    },
  }
}

function spendRule(stock_id: string): SpendRule {
  return {
    basis: 'payer_total',
    mode: 'single',
    window_days: 30,
    tiers: [{ at_least: 5_000, coupons: [{ stock_id, count: 1 }] }],
    tier_rule: 'highest',
    exclude_orders_using_our_coupons: true,
    hold_minutes: 0,
  }
}
