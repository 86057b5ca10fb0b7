import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { activeWarnings, type FoundWarning, settleWarnings } from '../../src/alerts/warnings.ts'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { shopOfFile } from '../support/shop.ts'

const lines: Record<string, unknown>[] = []
const log = openLog(
  'info',
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    },
  }),
)
let now = new Date('2026-11-24T10:00:00+08:00')
const { services, merchant } = await shopOfFile({ redis: false, log, clock: { now: () => now } })

const about = { merchantId: merchant.id, kinds: ['stock_low', 'stock_paused'] as const }
const low = (left: number): FoundWarning => ({
  kind: 'stock_low',
  subject: '批次 16246120',
  facts: { name: '满30减10', left, total: 100, perDay: 5, days: left / 5 },
})
const settle = (found: FoundWarning[], subject?: string) =>
  settleWarnings(services, { ...about, ...(subject !== undefined && { subject }) }, found)
const told = () => lines.filter((line) => 'warning' in line).map(({ level, warning }) => [level, warning])

test('a warning begins once, keeps its beginning while its facts change, and ends when its cause is gone', async () => {
  const since = now
  await settle([low(9)])
  now = new Date(now.getTime() + 3_600_000)
  await settle([low(4)])
  expect(await activeWarnings(services.db, merchant.id)).toMatchObject([
    { kind: 'stock_low', subject: '批次 16246120', facts: { left: 4 }, since, until: null },
  ])
  await settle([])
  expect(await activeWarnings(services.db, merchant.id)).toEqual([])
  const rows = await services.db.selectFrom('warnings').selectAll().execute()
  expect(rows).toMatchObject([{ since, until: now }])
  expect(told()).toEqual([
    [40, 'stock_low'],
    [30, 'stock_low'],
  ])
})

test('it begins anew, as another row, when the cause comes back', async () => {
  await settle([low(3)])
  const rows = await services.db.selectFrom('warnings').select('until').orderBy('id').execute()
  expect(rows.map(({ until }) => until === null)).toEqual([false, true])
  await settle([])
})

test('what is found of one stock ends nothing of another', async () => {
  await settle([low(9), { ...low(8), subject: '批次 2' }])
  await settle([], '批次 2')
  expect(await activeWarnings(services.db, merchant.id)).toMatchObject([{ subject: '批次 16246120' }])
  await settle([])
})

test('two processes that find it at the same moment begin it once', async () => {
  lines.length = 0
  await Promise.all(Array.from({ length: 8 }, () => settle([low(2)])))
  expect(await activeWarnings(services.db, merchant.id)).toHaveLength(1)
  expect(told()).toEqual([[40, 'stock_low']])
})
