import { afterEach, describe, expect, test } from 'vitest'
import { computeDay } from '../../src/days/compute.ts'
import { explainDifference } from '../../src/days/explain.ts'
import { reopenDay } from '../../src/days/reopen.ts'
import { signDay } from '../../src/days/sign.ts'
import type { Sheet } from '../../src/days/sheet.ts'
import { storedDay } from '../../src/days/stored.ts'
import { commandLine as doer } from '../../src/operators/rights/parts.ts'
import { runNow } from '../support/jobs.ts'
import { nothing as none, openTradingDay, type TradingDay } from './trading-day.ts'

const first = '20261110'
const minuteMs = 60_000

let day: TradingDay
afterEach(() => day.shop[Symbol.asyncDispose]())

const compare = async (of = first): Promise<Sheet> => {
  const sheet = await computeDay(day.shop.services, day.shop.merchant, of)
  if (!sheet) throw new Error(`${of} is signed`)
  return sheet
}
const sign = (of = first) => signDay(day.shop.services, day.shop.merchant, { day: of, name: '王会计', doer })

describe('a day is signed', () => {
  test('not before it is over, nor while its files are not there or a difference has no cause', async () => {
    day = await openTradingDay()
    day.goTo('2026-11-10T20:00:00')
    await expect(sign()).rejects.toThrow('2026-11-10 is not over in Beijing')
    await day.live({ ...none, byHand: 2 })
    await expect(sign()).rejects.toThrow('missing: trade_bill 1601400973: absent')
    await day.readFiles(first)
    const key = `sent/${day.shop.stock.stock_id}/others`
    await expect(sign()).rejects.toThrow(`without a cause: ${key}`)
    const said = { difference: key, cause: 'sent_by_hand', reason: '运营在平台补发' } as const
    await explainDifference(day.shop.services, day.shop.merchant, { day: first, ...said, doer })
    const { sheet } = await sign()
    expect(sheet.differences).toMatchObject([
      { key, cause: 'sent_by_hand', count: 2, explained: { by: 'command line', reason: '运营在平台补发' } },
    ])
  })

  test('not with a cause that was named when the difference was smaller', async () => {
    day = await openTradingDay()
    const { services, merchant, stock } = day.shop
    await day.live({ ...none, byHand: 2 })
    await day.readFiles(first)
    const key = `sent/${stock.stock_id}/others`
    const said = { difference: key, cause: 'sent_by_hand', reason: '运营在平台补发' } as const
    await explainDifference(services, merchant, { day: first, ...said, doer })
    expect((await compare()).differences).toMatchObject([{ cause: 'sent_by_hand' }])
    const { db } = services
    await db.updateTable('day_explanations').set({ count: 1, fen: 1000 }).execute()
    expect((await compare()).differences).toMatchObject([{ cause: 'unknown', count: 2 }])
    await expect(sign()).rejects.toThrow(`without a cause: ${key}`)
  })

  test('once, and what becomes known later stands on the day on which it does', async () => {
    day = await openTradingDay()
    const { services, merchant } = day.shop
    await day.live({ ...none, sent: 1 })
    await day.readFiles(first)
    const signed = await sign()
    await expect(sign()).rejects.toThrow('2026-11-10 is signed already')
    expect(await computeDay(services, merchant, first)).toBeUndefined()
    day.clock.advance(minuteMs)
    const openid = await day.send()
    const order = await day.pay(openid, false)
    order.paidAt = '2026-11-10T04:00:00.000Z'
    await day.hear(order)
    day.goTo('2026-11-13T11:00:00')
    expect((await storedDay(services.db, merchant.id, first))?.sheet).toEqual(signed.sheet)
    const later = (await compare('20261112')).differences.filter(({ key }) => key.startsWith('late/'))
    expect(later.map(({ key, cause, count, fen }) => [key, cause, count, fen])).toEqual([
      ['late/20261110/used', 'late_file', 1, day.shop.stock.coupon_amount],
      ['late/20261110/payments', 'late_file', 1, 20_000],
    ])
  })

  test('and opened again only with a reason; what was signed stays, and the audit tells of it', async () => {
    day = await openTradingDay()
    const { services, merchant } = day.shop
    await day.live({ ...none, sent: 1 })
    await day.readFiles(first)
    const before = await sign()
    const reopen = () => reopenDay(services, merchant, { day: first, reason: '补录账单', doer })
    await reopen()
    await expect(reopen()).rejects.toThrow('2026-11-10 is not signed')
    const after = await sign()
    expect(after.history).toMatchObject([
      {
        signed_by: '王会计',
        reopened_reason: '补录账单',
        reopened_by: 'command line',
        sheet_hash: before.signed!.sheet_hash,
      },
      { signed_by: '王会计', reopened_at: null },
    ])
    const entries = await services.db.selectFrom('audit_entries').select('act').orderBy('id').execute()
    expect(entries.map(({ act }) => act).slice(-3)).toEqual(['day_signed', 'day_reopened', 'day_signed'])
  })

  test('and a sheet that somebody changed afterwards in the database is not shown as signed', async () => {
    day = await openTradingDay()
    const { services, merchant } = day.shop
    await day.live(none)
    await day.readFiles(first)
    await sign()
    await services.db.updateTable('day_signatures').set({ sheet: '{}' }).execute()
    await expect(storedDay(services.db, merchant.id, first)).rejects.toThrow('was changed after it was signed')
  })
})

test('the job compares from 11:00 on until the files are read, warns of what has no cause, and never signs', async () => {
  day = await openTradingDay()
  const { services, merchant } = day.shop
  await day.live({ ...none, byHand: 1 })
  const stored = () => storedDay(services.db, merchant.id, first)
  day.goTo('2026-11-12T10:59:00')
  await runNow(services, 'days')
  expect((await stored())?.sheet.missing).not.toEqual([])
  await day.readFiles(first)
  day.clock.advance(minuteMs)
  await runNow(services, 'days')
  expect(await stored()).toMatchObject({ sheet: { missing: [] }, signed: undefined, history: [] })
  const warnings = services.db.selectFrom('warnings').select(['subject', 'until']).where('kind', '=', 'day_unexplained')
  expect(await warnings.execute()).toEqual([{ subject: '对账 2026-11-10', until: null }])
  const { computedAt } = (await stored())!
  day.clock.advance(60 * minuteMs)
  await runNow(services, 'days')
  expect((await stored())?.computedAt).toEqual(computedAt)
})
