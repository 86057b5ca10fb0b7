import fc from 'fast-check'
import { expect, test } from 'vitest'
import { computeDay } from '../../src/days/compute.ts'
import { signDay } from '../../src/days/sign.ts'
import type { Sheet } from '../../src/days/sheet.ts'
import { wholeDay } from '../../src/plumbing/whole-day.ts'
import { commandLine as doer } from '../../src/operators/rights/parts.ts'
import { dateAfter, type Happened, openTradingDay, type TradingDay } from './trading-day.ts'

const ledgerDay = (date: string) => date.replaceAll('-', '')

test.each(['certificate', 'public_key'] as const)(
  'over random days the figures are WeChat’s own, and each difference has its cause, with keys of the mode %s',
  { timeout: 200_000 },
  async (keyMode) => {
    const day = await openTradingDay(keyMode)
    const some = fc.nat({ max: 2 })
    const happened = fc.record({ sent: some, lost: some, foreign: some, byHand: some, used: some, again: some })
    let date = '2026-11-10'
    let everForeign = false
    const property = fc.asyncProperty(happened, fc.boolean(), async (what, isLate) => {
      everForeign ||= what.foreign > 0
      const before = day.shop.sandbox.control.stock(day.shop.stock.stock_id).distributed_coupons
      await day.live(what, date)
      await day.readFiles(ledgerDay(date), isLate ? ['use_flow'] : [])
      if (isLate) await expectLate(day, ledgerDay(date))
      await day.readFiles(ledgerDay(date))
      await day.readFiles(ledgerDay(dateAfter(date, 1)))
      await expectFigures(day, ledgerDay(date), { ...what, before, everForeign })
      await expectNextDay(day, ledgerDay(dateAfter(date, 1)), what)
      date = dateAfter(date, 2)
    })
    // The days follow each other in one shop: a failure cannot be made smaller by living it again.
    await fc.assert(property, { numRuns: 6, endOnFailure: true })
    await day.shop[Symbol.asyncDispose]()
  },
)

const line = (sheet: Sheet, of: string) => sheet.lines.find((one) => one.of === of)
const causesOf = (sheet: Sheet) => sheet.differences.map(({ key, cause, count }) => [key, cause, count])
const compare = async ({ shop }: TradingDay, day: string) => (await computeDay(shop.services, shop.merchant, day))!

async function expectLate(day: TradingDay, of: string): Promise<void> {
  const { services, merchant } = day.shop
  const sheet = await compare(day, of)
  expect(sheet.missing.length).toBeGreaterThanOrEqual(1)
  expect(sheet.differences.filter(({ cause }) => cause === 'late_file')).toHaveLength(sheet.missing.length)
  expect(line(sheet, 'used')).not.toHaveProperty('wechat')
  await expect(signDay(services, merchant, { day: of, name: '王会计', doer })).rejects.toThrow('missing: use_flow')
}

type Lived = Happened & { before: number; everForeign: boolean }

async function expectFigures(day: TradingDay, of: string, lived: Lived): Promise<void> {
  const { sent, lost, foreign, byHand, used, again, before, everForeign } = lived
  const sheet = await compare(day, of)
  const { control } = day.shop.sandbox
  const { stock_id, coupon_amount } = day.shop.stock
  const { start, end } = wholeDay(of)
  const orders = control.orders().filter(({ paidAt }) => new Date(paidAt!) >= start && new Date(paidAt!) < end)
  const figure = (count: number) => ({ count, fen: count * coupon_amount })
  const given = control.stock(stock_id).distributed_coupons - before
  expect(line(sheet, 'sent')).toEqual({ of: 'sent', ledger: figure(sent + used + again), wechat: figure(given) })
  const uses = figure(orders.flatMap((order) => order.promotions).length)
  expect(line(sheet, 'used')).toEqual({ of: 'used', ledger: figure(used + again), wechat: uses, payments: uses })
  expect(line(sheet, 'returned')).toMatchObject({ ledger: figure(again), wechat: figure(again) })
  const total = { count: orders.length, fen: orders.reduce((sum, one) => sum + one.total, 0) }
  expect(line(sheet, 'payments')).toEqual({ of: 'payments', ledger: total, wechat: total })
  expect(sheet.missing).toEqual([])
  const expected: [string, string, number][] = [
    [`sent/${stock_id}/lost_answer`, 'lost_answer', lost],
    [`sent/${stock_id}/others`, everForeign ? 'foreign_sender' : 'unknown', foreign + byHand],
    ['used/foreign_sender', 'foreign_sender', foreign],
    ['used/used_after_refund', 'used_after_refund', again],
  ]
  expect(causesOf(sheet)).toEqual(expected.filter(([, , count]) => count > 0))
}

/** What was lost on the day before became known on this one. */
async function expectNextDay(day: TradingDay, of: string, { lost }: Happened): Promise<void> {
  const found = [[`sent/${day.shop.stock.stock_id}/lost_answer`, 'lost_answer', -lost]]
  expect(causesOf(await compare(day, of))).toEqual(lost > 0 ? found : [])
}
