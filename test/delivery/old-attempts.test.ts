import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deleteOldAttempts } from '../../src/delivery/old-attempts.ts'
import { batchSize } from '../../src/plumbing/schedule/in-batches.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom({ redis: false })))
afterAll(() => room[Symbol.asyncDispose]())

const run = { signal: new AbortController().signal, progress: undefined as unknown, save: async () => undefined }
const daysAgo = (days: number) => new Date(room.services.clock.now().getTime() - days * 86_400_000)

async function triedDaysAgo(couponRow: string, ...days: number[]): Promise<void> {
  const rows = days.map((count) => ({ coupon_row: couponRow, at: daysAgo(count), outcome: 'timeout' }))
  await room.services.db.insertInto('attempts').values(rows).execute()
}
async function daysKept(couponRow: string): Promise<number[]> {
  const rows = await room.services.db
    .selectFrom('attempts')
    .select('at')
    .where('coupon_row', '=', couponRow)
    .orderBy('id')
    .execute()
  return rows.map(({ at }) => Math.round((room.services.clock.now().getTime() - at.getTime()) / 86_400_000))
}
const settle = (couponRow: string, state: 'sent' | 'refused') =>
  room.services.db
    .updateTable('coupons')
    .set({
      state,
      settled_at: daysAgo(0),
      ...(state === 'sent' ? { coupon_id: couponRow } : { reason: 'wechat_refused' }),
    })
    .where('id', '=', couponRow)
    .execute()

test('tries of a sent coupon go after 30 days, of a refused one after 180, of an owed one never', async () => {
  const [sent, refused, owed] = [await room.owe(), await room.owe(), await room.owe()]
  for (const row of [sent, refused, owed]) await triedDaysAgo(row, 200, 181, 179, 31, 29)
  await settle(sent, 'sent')
  await settle(refused, 'refused')
  expect(await deleteOldAttempts(room.services, run)).toBe('6 rows')
  expect(await daysKept(sent)).toEqual([29])
  expect(await daysKept(refused)).toEqual([179, 31, 29])
  expect(await daysKept(owed)).toEqual([200, 181, 179, 31, 29])
})

test('a run that was ended goes on where it was', async () => {
  const sent = await room.owe()
  await settle(sent, 'sent')
  const unknown = Array.from({ length: batchSize }, () => ({
    coupon_row: randomUUID(),
    at: daysAgo(40),
    outcome: 'timeout',
  }))
  for (let next = 0; next < batchSize; next += 1_000)
    await room.services.db
      .insertInto('attempts')
      .values(unknown.slice(next, next + 1_000))
      .execute()
  await triedDaysAgo(sent, 40)
  const saved: unknown[] = []
  const ended = { ...run, save: (progress: unknown) => (saved.push(progress), Promise.reject(new Error('stopped'))) }
  await expect(deleteOldAttempts(room.services, ended)).rejects.toThrow('stopped')
  expect(await daysKept(sent)).toEqual([40])
  expect(await deleteOldAttempts(room.services, { ...run, progress: saved[0] })).toBe('1 rows')
  expect(await daysKept(sent)).toEqual([])
})
