import fc from 'fast-check'
import { expect, test } from 'vitest'
import { computeDay } from '../../src/days/compute.ts'
import { unexplained } from '../../src/days/sheet.ts'
import { dateAfter } from './trading-day.ts'
import { figuresOfFlows, figuresOfLedger, figuresOfWechat, upTo } from './figures.ts'
import { type Act, type LivedDay, openLife, type Told } from './lived-days.ts'
import { openTillDays, type TillDays } from './till-days.ts'

/*
 * Members take coupons, pay with them by phone and by code, get their money back and use the coupons again, on days of
 * which WeChat tells at once, twice, late or never, while the jobs run as in production. Then ledger, flow files and
 * WeChat agree on each stock and day. TEST_RANDOM_DAYS=200 plays so many.
 */

const runs = Number(process.env.TEST_RANDOM_DAYS ?? 2)
const first = '2026-11-10'

const told = fc.constantFrom<Told>('now', 'twice', 'tonight', 'tomorrow', 'never')
const refunds: Act['does'][] = ['refund', 'refund', 'refund a part', 'refund a part']
const does: Act['does'][] = ['claim', 'claim', 'scan', 'pay', 'pay', 'pay', 'look', 'ask', ...refunds]
const act: fc.Arbitrary<Act> = fc.record({
  // Much is given back, and mostly by one member: so that coupons are used again.
  does: fc.constantFrom(...does),
  member: fc.constantFrom<Act['member']>('xiaoming', 'xiaoming', 'xiaohong'),
  byProvider: fc.boolean(),
  yuan: fc.constantFrom(60, 200, 45),
  told,
  useTold: told,
  after: fc.integer({ min: 1, max: 55 }),
})
const day: fc.Arbitrary<LivedDay> = fc.record({
  early: fc.array(act, { maxLength: 3 }),
  late: fc.array(act, { minLength: 5, maxLength: 9 }),
})
const quiet: LivedDay = { early: [], late: [] }

test(
  'over random days ledger, flow files and WeChat agree, and no difference is without a cause',
  { timeout: 60_000 + runs * 30_000 },
  async () => {
    const keyMode = fc.constantFrom('certificate' as const, 'public_key' as const)
    const property = fc.asyncProperty(keyMode, fc.tuple(day, day, day), liveAndCompare)
    await fc.assert(property, { numRuns: runs, endOnFailure: true })
  },
)

async function liveAndCompare(keyMode: 'certificate' | 'public_key', all: LivedDay[]): Promise<void> {
  await using days = await openTillDays(keyMode)
  // The coupons of taps end on the third evening: from the first day on they are asked about.
  const { stock_id } = days.shop.stock
  days.shop.sandbox.control.changeStock(stock_id, { available_end_time: `${dateAfter(first, 2)}T20:00:00+08:00` })
  const life = openLife(days, await days.shop.campaign({ limits: {} }))
  await days.spendCampaign()
  for (const [nth, one] of [...all, quiet].entries()) {
    await life.live(dateAfter(first, nth), one)
    if (nth > 0) await compare(days, dateAfter(first, nth - 1))
  }
  await compareAgain(days, all.length)
}

/** After the jobs of the next morning. */
async function compare(days: TillDays, date: string): Promise<void> {
  const day = date.replaceAll('-', '')
  const wechat = figuresOfWechat(days)
  expect(upTo(day, await figuresOfFlows(days), 'used', 'returned')).toEqual(upTo(day, wechat, 'used', 'returned'))
  expect(upTo(day, await figuresOfLedger(days), '')).toEqual(upTo(day, wechat, ''))
  const sheet = await days.sheet(day)
  expect({ day, missing: sheet.missing, open: unexplained(sheet) }).toEqual({ day, missing: [], open: [] })
}

/** What became known since changes nothing of it, and WeChat's own counts of the stocks are the sums of the days. */
async function compareAgain(days: TillDays, count: number): Promise<void> {
  const { services, merchant, world, sandbox } = days.shop
  const ledger = Object.entries(await figuresOfLedger(days))
  for (const { stock_id } of world.stocks) {
    const sum = (what: string) =>
      ledger.reduce((all, [name, figure]) => all + (name.endsWith(`${stock_id} ${what}`) ? figure.count : 0), 0)
    const { distributed_coupons, used_coupons } = sandbox.control.stock(stock_id)
    expect([sum('sent'), sum('used')]).toEqual([distributed_coupons, used_coupons])
  }
  for (let nth = 0; nth < count; nth += 1) {
    const day = dateAfter(first, nth).replaceAll('-', '')
    const sheet = (await computeDay(services, merchant, day))!
    expect({ day, missing: sheet.missing, open: unexplained(sheet) }).toEqual({ day, missing: [], open: [] })
  }
}
