import { afterAll, beforeAll, expect, test } from 'vitest'
import { receive } from '../../src/inbox/inbox.ts'
import { receiveEvent } from '../../src/inbox/receive-event.ts'
import { deleteOldEntries, forgetBodies } from '../../src/inbox/retention.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { batchSize } from '../../src/plumbing/schedule/in-batches.ts'
import { registry } from '../../src/plumbing/telemetry/metrics.ts'
import { aMerchant } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

const now = new Date('2026-11-25T04:00:00Z')
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000)
let services: Awaited<ReturnType<typeof openTestServices>>
let merchant: Merchant
beforeAll(async () => {
  services = await openTestServices({ redis: false, clock: { now: () => now } })
  merchant = await aMerchant(services)
})
afterAll(() => services[Symbol.asyncDispose]())

const event = { type: 'card.opened', id: 'old', occurred_at: '2026-11-01T00:00:00Z', data: { openid: 'a' } } as never
const run = { signal: new AbortController().signal, progress: undefined, save: async () => undefined }

async function applied(key: string, at: Date | null): Promise<void> {
  const body = { type: 'card.opened' }
  await receive(services, { merchantId: merchant.id, source: 'events', businessKey: key, body, at: daysAgo(60) })
  await services.db.updateTable('inbox').set({ applied_at: at }).where('business_key', '=', key).execute()
}
const entries = () => services.db.selectFrom('inbox').select(['business_key', 'body']).orderBy('business_key').execute()

test('what a message said is forgotten after 7 days, the message after 35, and what is not applied never', async () => {
  await applied('a/applied 6 days ago', daysAgo(6))
  await applied('b/applied 8 days ago', daysAgo(8))
  await applied('c/applied 36 days ago', daysAgo(36))
  await applied('d/never applied', null)
  expect(await forgetBodies(services, run)).toBe('2 rows')
  expect(await deleteOldEntries(services, run)).toBe('1 rows')
  const kept = (await entries()).map(({ business_key, body }) => [business_key, body !== null])
  expect(kept).toEqual([
    ['a/applied 6 days ago', true],
    ['b/applied 8 days ago', false],
    ['d/never applied', true],
  ])
  expect(await registry.metrics()).toMatch(/paycoupon_retired_rows_total\{what="inbox_body"\} [2-9]/)
})

test('a repeat of a message whose body is forgotten is still a repeat', async () => {
  await receiveEvent(services, merchant, event)
  await services.db
    .updateTable('inbox')
    .set({ applied_at: daysAgo(8) })
    .where('business_key', '=', 'card.opened/old')
    .execute()
  await forgetBodies(services, run)
  const other = { ...(event as object), data: { openid: 'b' } } as never
  expect(await receiveEvent(services, merchant, other)).toBe('repeat')
})

test('more than a batch goes in one run, batch by batch, and a run that is to end stops between two', async () => {
  const rows = Array.from({ length: batchSize + 1 }, (_, index) => ({
    merchant_id: merchant.id,
    source: 'pay' as const,
    business_key: `${index}`,
    body: '{}',
    received_at: daysAgo(40),
    due_at: daysAgo(40),
    applied_at: daysAgo(40),
  }))
  for (let next = 0; next < rows.length; next += 1_000)
    await services.db
      .insertInto('inbox')
      .values(rows.slice(next, next + 1_000))
      .execute()
  const stop = new AbortController()
  stop.abort(new Error('the process stops'))
  await expect(forgetBodies(services, { ...run, signal: stop.signal })).rejects.toThrow('the process stops')
  expect(await forgetBodies(services, run)).toBe(`${batchSize + 1} rows`)
  expect(await deleteOldEntries(services, run)).toBe(`${batchSize + 1} rows`)
})
