import { expect, test } from 'vitest'
import { keepByHand } from '../../src/files/by-hand.ts'
import { readPieces } from '../../src/files/pieces.ts'
import { beijingDay, beijingTime, dayMs } from '../../src/plumbing/clock.ts'
import type { JobRun } from '../../src/plumbing/schedule/job.ts'
import { runByHand } from '../../src/plumbing/schedule/jobs.ts'
import type { Services } from '../../src/services.ts'
import { jobs } from '../../src/worker.ts'
import { billFile, type BillLine } from '../support/bill-files.ts'
import { movableClock } from '../support/clock.ts'
import { runNow } from '../support/jobs.ts'
import { openShop } from '../support/shop.ts'
import { aSpendCampaign } from '../support/spend.ts'

/** A shop with a kept bill of `rows` small payments, of which the first and the last earn a coupon. */
async function openWithBill(rows: number) {
  const clock = movableClock()
  const shop = await openShop({ redis: false, clock })
  await aSpendCampaign(shop.services, shop.stock, { basis: 'total', exclude_orders_using_our_coupons: false })
  const { mchid } = shop.merchant.accounts.find(({ role }) => role === 'sender')!
  const { appid } = shop.merchant.officialAccount
  const lines: BillLine[] = Array.from({ length: rows }, (_, nth) => ({
    at: beijingTime(clock.now()),
    mchid,
    appid,
    openid: `o-payer-${nth}`,
    transactionId: `4200${nth}`,
    outTradeNo: `order-${nth}`,
    total: nth === 0 || nth === rows - 1 ? 6000 : 100,
  }))
  async function* bytes() {
    yield billFile(lines)
  }
  const wanted = { mchid, kind: 'trade_bill' as const, day: beijingDay(clock.now()) }
  const file = await keepByHand(shop.services, wanted, bytes())
  return { shop, clock, file }
}

/** A run of the job that ends as its process is stopped, at the nth save: before it is written, or after. */
async function diesAtSave(services: Services, nth: number, when: 'before' | 'after'): Promise<void> {
  const bills = jobs.find(({ name }) => name === 'bills')!
  const dying = new AbortController()
  let saves = 0
  const act = (own: Services, run: JobRun) =>
    bills.act(own, {
      ...run,
      async save(progress) {
        saves += 1
        if (saves === nth && when === 'before') dying.abort(new Error('killed'))
        dying.signal.throwIfAborted()
        await run.save(progress)
        if (saves === nth) dying.abort(new Error('killed'))
      },
    })
  expect(await runByHand(services, { ...bills, act }, dying.signal)).toEqual({ kind: 'stopped' })
}

test('a worker that dies in the middle of a bill: the next one goes on from there, and nothing counts twice', async () => {
  const rows = 2_100
  const { shop, file } = await openWithBill(rows)
  await using closing = shop
  const { db } = closing.services
  // Its refunds are looked for first: the second save is that of the payments.
  await diesAtSave(shop.services, 2, 'before')
  const midway = await db.selectFrom('payments').select('id').execute()
  expect(midway.length).toBeGreaterThan(0)
  expect(midway.length).toBeLessThan(rows)
  expect(await db.selectFrom('wechat_file_shares').selectAll().execute()).toEqual([])
  await diesAtSave(shop.services, 1, 'after')
  const { progress } = await db
    .selectFrom('jobs')
    .select('progress')
    .where('name', '=', 'bills')
    .executeTakeFirstOrThrow()
  expect(progress).toMatchObject({ fileId: file.id, phase: 'payments' })

  await runNow(shop.services, 'bills')
  const payments = await db.selectFrom('payments').select('transaction_id').execute()
  expect(new Set(payments.map((one) => one.transaction_id)).size).toBe(rows)
  expect(payments).toHaveLength(rows)
  expect(await db.selectFrom('grants').select('openid').orderBy('earned_at').execute()).toHaveLength(2)
  const shares = await db.selectFrom('wechat_file_shares').selectAll().execute()
  expect(shares).toMatchObject([{ rows, payments: rows, payments_fen: 2 * 6000 + (rows - 2) * 100 }])
})

test('after thirteen months a bill is forgotten; what it added up to stays', async () => {
  const { shop, clock, file } = await openWithBill(3)
  await using closing = shop
  await runNow(closing.services, 'bills')
  const { db, secrets } = shop.services
  const kept = () => db.selectFrom('wechat_files').selectAll().where('id', '=', file.id).executeTakeFirstOrThrow()
  const pieces = () => db.selectFrom('wechat_file_pieces').select('n').where('file_id', '=', file.id).execute()
  clock.advance(395 * dayMs)
  await runNow(shop.services, 'files')
  expect(await pieces()).toHaveLength(1)
  expect((await kept()).forgotten_at).toBeNull()

  clock.advance(2 * dayMs)
  expect(await runNow(shop.services, 'files')).toBe('1 files')
  expect(await pieces()).toEqual([])
  const forgotten = await kept()
  expect(forgotten).toMatchObject({ state: 'kept', rows: 3, payments: 3, payments_fen: 12_100, key_sealed: null })
  await expect(readPieces(db, secrets, forgotten).next()).rejects.toThrow('is not kept any more')
  const shares = await db.selectFrom('wechat_file_shares').select('payments').execute()
  expect(shares).toEqual([{ payments: 3 }])
  expect(await runNow(shop.services, 'files')).toBe('0 files')
})
