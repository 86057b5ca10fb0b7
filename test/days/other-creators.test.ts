import { expect, test } from 'vitest'
import { recordRedemption } from '../../src/coupons/record-redemptions.ts'
import { computeDay } from '../../src/days/compute.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import { aStock, senderOf } from '../support/builders.ts'
import { stillClock } from '../support/clock.ts'
import { openShop } from '../support/shop.ts'

test('a use and a return of a stock whose flows only its creator gets are no difference to the flows that we get', async () => {
  const clock = stillClock()
  await using shop = await openShop({ redis: false, clock })
  const { services, merchant, stock: elsewhere } = shop
  const { db } = services
  const { mchid } = senderOf(merchant)
  const own = await aStock(services, merchant, { creator_mchid: mchid, distributed_coupons: 1 })
  const [now, day] = [clock.now(), beijingDay(clock.now())]
  const empty = { mchid, stock_id: own.stock_id, day, state: 'none' as const, reason: 'empty_day', due_at: now }
  const flows = (['use_flow', 'refund_flow'] as const).map((kind) => ({ ...empty, kind }))
  await db.insertInto('wechat_files').values(flows).execute()
  const use = { couponId: 'c1', stockId: elsewhere.stock_id, transactionId: '42001', amount: 1000, usedAt: now }
  await db.transaction().execute((trx) => recordRedemption(trx, merchant, { ...use, source: 'notice', toldAt: now }))
  await db.updateTable('redemptions').set({ returned_at: now, returned_source: 'refund' }).execute()

  const { lines, differences } = (await computeDay(services, merchant, day))!
  const none = { count: 0, fen: 0 }
  expect(lines).toContainEqual({ of: 'returned', ledger: { count: 1, fen: 1000 }, wechat: none })
  expect(differences.map(({ key }) => key).filter((key) => key.endsWith('/rest'))).toEqual([])
})
