import { beforeEach, expect, test } from 'vitest'
import { readEvent } from '../../src/inbox/event.ts'
import { receiveEvent } from '../../src/inbox/receive-event.ts'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { cardOpened, paymentSucceeded, type TestEvent } from '../support/events.ts'
import { aPayment } from '../support/spend.ts'
import { shopOfFile } from '../support/shop.ts'

/* When a card was opened stands in `occurred_at` alone, and decides whether it is new. */

const logged: string[] = []
const log = openLog('warn', { write: (line) => void logged.push(line) })
const { services, merchant } = await shopOfFile({ redis: false, log })

beforeEach(() => void (logged.length = 0))

function tell(event: TestEvent) {
  const read = readEvent(JSON.stringify(event))
  if (!read.ok) throw new Error(read.error)
  return receiveEvent(services, merchant, read.event)
}
const warnings = () => logged.map((line) => JSON.parse(line) as object)

test('a card that is told again as opened on another day is a repeat, and the log has both times', async () => {
  const event = cardOpened({}, { occurred_at: '2026-11-23T12:00:00+08:00' })
  expect(await tell(event)).toBe('new')
  expect(await tell({ ...event, occurred_at: '2026-10-01T12:00:00+08:00' })).toBe('repeat')
  expect(warnings()).toEqual([
    expect.objectContaining({
      merchant: merchant.slug,
      type: 'card.opened',
      event: event.id,
      first: { occurred_at: '2026-11-23T12:00:00+08:00' },
      second: { occurred_at: '2026-10-01T12:00:00+08:00' },
      msg: 'card.opened came again with another occurred_at: the first one stands',
    }),
  ])
  const { body } = await services.db.selectFrom('inbox').select('body').executeTakeFirstOrThrow()
  expect(body).toMatchObject({ occurred_at: '2026-11-23T12:00:00+08:00' })
})

test('the same instant by another clock, and a true repeat, warn nobody', async () => {
  const event = cardOpened({}, { occurred_at: '2026-11-23T12:00:00+08:00' })
  for (const occurred_at of [event.occurred_at, event.occurred_at, '2026-11-23T04:00:00Z']) {
    await tell({ ...event, occurred_at })
  }
  expect(warnings()).toEqual([])
})

test('a payment has its time in its data: that it was told again later warns nobody', async () => {
  const event = paymentSucceeded(aPayment(services))
  await tell(event)
  expect(await tell({ ...event, occurred_at: '2026-11-24T12:00:00+08:00' })).toBe('repeat')
  expect(warnings()).toEqual([])
})

test('a card that is told again with other data is refused, whatever its time', async () => {
  const event = cardOpened({})
  await tell(event)
  const other = { ...event, occurred_at: '2026-10-01T12:00:00+08:00', data: { ...event.data, openid: 'other' } }
  expect(await tell(other)).toBe('contradiction')
  expect(warnings()).toEqual([expect.objectContaining({ first: { openid: '***' } })])
})
