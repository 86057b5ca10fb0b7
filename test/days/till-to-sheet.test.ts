import { expect, test } from 'vitest'
import { signDay } from '../../src/days/sign.ts'
import { unexplained } from '../../src/days/sheet.ts'
import { commandLine as doer } from '../../src/operators/rights/parts.ts'
import { runNow } from '../support/jobs.ts'
import { applyInbox } from '../support/coupons.ts'
import { openTillDays, type TillDays } from './till-days.ts'

// What nobody tells us: payments by code, known from bills alone, from the till to the day's comparison.

/** What the comparison of a day says on which one coupon was given and used. */
async function expectOneUsed({ sheet, stock }: TillDays, day: string): Promise<void> {
  const { missing, lines, ...rest } = await sheet(day)
  expect([missing, unexplained({ missing, lines, ...rest })]).toEqual([[], []])
  const one = { count: 1, fen: stock.coupon_amount }
  expect(lines).toEqual(
    expect.arrayContaining([
      { of: 'sent', ledger: one, wechat: one },
      expect.objectContaining({ of: 'used', ledger: one, wechat: one }),
    ]),
  )
}

/** The coupon is used at the till on the second day, and the next morning's jobs run. */
async function useThenMorning(days: TillDays, yuan: number): Promise<void> {
  const { shop, at } = days
  at('2026-11-11T18:00:00')
  await days.scan('xiaoming', yuan, { use_coupon: 'on' })
  at('2026-11-12T00:01:00')
  await runNow(shop.services, 'stocks')
  await days.morning('2026-11-12')
}

test.each(['certificate', 'public_key'] as const)(
  'a payment at the till earns from its bill, its coupon is used at the till, and that day is explained (%s)',
  async (keyMode) => {
    await using days = await openTillDays(keyMode)
    const { shop, at, scan, stock } = days
    const { db } = shop.services
    const coupons = () => shop.sandbox.control.coupons(shop.member('xiaoming'))
    await days.spendCampaign()

    at('2026-11-10T12:00:00')
    await scan('xiaoming', 60)
    at('2026-11-11T00:01:00')
    await runNow(shop.services, 'stocks')
    await days.morning('2026-11-11')
    expect(coupons()).toMatchObject([{ stockId: stock.stock_id, status: 'SENDED' }])

    at('2026-11-11T18:00:00')
    await scan('xiaoming', 200, { use_coupon: 'on' })
    const [coupon] = coupons()
    expect(coupon).toMatchObject({ status: 'USED' })
    expect(await db.selectFrom('redemptions').selectAll().execute()).toEqual([])

    at('2026-11-12T00:01:00')
    await runNow(shop.services, 'stocks')
    await days.morning('2026-11-12')
    expect(await db.selectFrom('redemptions').select('coupon_id').execute()).toEqual([{ coupon_id: coupon!.couponId }])
    // The order that used our coupon earned no other one.
    expect(await db.selectFrom('grants').select('id').execute()).toHaveLength(1)
    await expectOneUsed(days, '20261111')
    const paid = { count: 1, fen: 20_000 }
    expect((await days.sheet('20261111')).lines).toContainEqual({ of: 'payments', ledger: paid, wechat: paid })
  },
)

test('a coupon given only by a bill after its campaign’s end is counted at WeChat, and its uses are fetched', async () => {
  await using days = await openTillDays()
  const { shop, at, scan } = days
  await days.spendCampaign(new Date('2026-11-10T16:00:00Z'))
  at('2026-11-10T12:00:00')
  await scan('xiaoming', 60)
  at('2026-11-11T00:01:00')
  await runNow(shop.services, 'stocks')
  await days.morning('2026-11-11')
  await useThenMorning(days, 200)
  await expectOneUsed(days, '20261111')
  const { notes } = await days.sheet('20261111')
  expect(notes.filter((note) => note.includes(days.stock.stock_id))).toEqual([])
  const warnings = await shop.services.db.selectFrom('warnings').select('kind').where('until', 'is', null).execute()
  expect(warnings.filter(({ kind }) => kind.startsWith('stock_'))).toEqual([])
})

test('a stock that WeChat tells nothing of any more has flow files too, since we sent a coupon of it', async () => {
  await using days = await openTillDays()
  const { shop, at, scan, stock } = days
  await days.spendCampaign()
  at('2026-11-10T12:00:00')
  await scan('xiaoming', 60)
  shop.sandbox.control.setFault({ fault: 'html_502', endpoint: 'stock_detail' })
  await days.morning('2026-11-11')
  // Too little to earn: nobody asks WeChat about the order, and only the flow tells of its coupon.
  await useThenMorning(days, 45)
  const { distributed_coupons } = await shop.services.db
    .selectFrom('stocks')
    .select('distributed_coupons')
    .where('stock_id', '=', stock.stock_id)
    .executeTakeFirstOrThrow()
  expect(distributed_coupons).toBe(0)
  await expectOneUsed(days, '20261111')
})

test.each(['certificate', 'public_key'] as const)(
  'a day whose files came by half, and whose uses were told twice and by a forger, is signed when the whole files are there (%s)',
  async (keyMode) => {
    await using days = await openTillDays(keyMode)
    const { shop, at, scan, stock } = days
    const { services, merchant, sandbox } = shop
    await days.spendCampaign()
    at('2026-11-10T12:00:00')
    await scan('xiaoming', 60)
    at('2026-11-11T00:01:00')
    await runNow(services, 'stocks')
    await days.morning('2026-11-11')
    at('2026-11-11T18:00:00')
    await scan('xiaoming', 200, { use_coupon: 'on' })
    const [coupon] = sandbox.control.coupons(shop.member('xiaoming'))
    const { couponId } = coupon!
    for (const more of [{ spoil: 'signature' as const }, {}, {}])
      await sandbox.control.push({ kind: 'coupon_use', couponId, ...more })
    await applyInbox(shop)
    at('2026-11-12T00:01:00')
    await runNow(services, 'stocks')
    sandbox.control.setFault({ fault: 'half_a_file', endpoint: 'bill_download' })
    sandbox.control.setFault({ fault: 'tampered_body', endpoint: 'flow_download' })
    await days.morning('2026-11-12')
    const half = await days.sheet('20261111')
    expect(half.missing).toEqual(
      expect.arrayContaining([expect.stringContaining('trade_bill'), expect.stringContaining(stock.stock_id)]),
    )
    const sign = () => signDay(services, merchant, { day: '20261111', name: '王会计', doer })
    await expect(sign()).rejects.toThrow('missing: ')

    sandbox.control.clearFaults()
    at('2026-11-12T14:00:00')
    for (const _ of [1, 2]) for (const job of ['flows', 'bills', 'days']) await runNow(services, job)
    await expectOneUsed(days, '20261111')
    const { lines } = await days.sheet('20261111')
    expect((await sign()).sheet.lines).toEqual(lines)
  },
)
