import { expect, test } from 'vitest'
import { unexplained } from '../../src/days/sheet.ts'
import { storedDay } from '../../src/days/stored.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { syncStock } from '../../src/stocks/sync.ts'
import type { SpendRule } from '../../src/plumbing/storage/schema.ts'
import { stillClock } from '../support/clock.ts'
import { runNow } from '../support/jobs.ts'
import { openShop } from '../support/shop.ts'

// What nobody tells us: payments by code, known from bills alone, from the till to the day's comparison.

test.each(['certificate', 'public_key'] as const)(
  'a payment at the till earns from its bill, its coupon is used at the till, and that day is explained (%s)',
  async (keyMode) => {
    const clock = stillClock(new Date('2026-11-09T16:02:00Z'))
    await using shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode, slugs: ['demo'] } })
    const { services, merchant, sandbox } = shop
    const { db } = services
    const stock = sandbox.control.stock(shop.world.merchants[0]!.campaigns.spend.stockId)
    const at = (beijing: string) => clock.advance(Date.parse(`${beijing}+08:00`) - clock.now().getTime())
    const sync = async () => {
      for (const one of await db.selectFrom('stocks').selectAll().execute()) await syncStock(services, merchant, one)
    }
    async function scan(yuan: number, use: { use_coupon?: 'on' } = {}): Promise<void> {
      const { status } = await fetch(`${sandbox.url}/sandbox/till`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: 'sandbox_member=xiaoming' },
        body: new URLSearchParams({ merchant: 'demo', yuan: String(yuan), ...use }),
      })
      expect(status).toBe(303)
    }
    const openid = shop.member('xiaoming')
    const spend: SpendRule = {
      basis: 'payer_total',
      mode: 'single',
      window_days: 30,
      tiers: [{ at_least: 5_000, coupons: [{ stock_id: stock.stock_id, count: 1 }] }],
      tier_rule: 'highest',
      exclude_orders_using_our_coupons: true,
      hold_minutes: 0,
    }
    await shop.campaign({ kind: 'spend', spend, limits: {}, coupons: [], ends_at: new Date('2026-11-30T16:00:00Z') })

    at('2026-11-10T12:00:00')
    await scan(60)
    at('2026-11-11T00:01:00')
    await sync()
    at('2026-11-11T10:05:00')
    await runNow(services, 'bills')
    await openDeliveryLoop(services).drain()
    expect(sandbox.control.coupons(openid)).toMatchObject([{ stockId: stock.stock_id, status: 'SENDED' }])

    at('2026-11-11T18:00:00')
    await scan(200, { use_coupon: 'on' })
    const [coupon] = sandbox.control.coupons(openid)
    expect(coupon).toMatchObject({ status: 'USED' })
    expect(await db.selectFrom('redemptions').selectAll().execute()).toEqual([])

    at('2026-11-12T00:01:00')
    await sync()
    at('2026-11-12T11:05:00')
    await runNow(services, 'bills')
    await runNow(services, 'flows')
    await openDeliveryLoop(services).drain()
    expect(await db.selectFrom('redemptions').select('coupon_id').execute()).toEqual([{ coupon_id: coupon!.couponId }])
    // The order that used our coupon earned no other one.
    expect(await db.selectFrom('grants').select('id').execute()).toHaveLength(1)

    await runNow(services, 'days')
    const { sheet } = (await storedDay(db, merchant.id, '20261111'))!
    expect([sheet.missing, unexplained(sheet)]).toEqual([[], []])
    const used = { count: 1, fen: stock.coupon_amount }
    const paid = { count: 1, fen: 20_000 }
    expect(sheet.lines).toEqual(
      expect.arrayContaining([
        { of: 'sent', ledger: used, wechat: used },
        expect.objectContaining({ of: 'used', ledger: used, wechat: used }),
        { of: 'payments', ledger: paid, wechat: paid },
      ]),
    )
  },
)
