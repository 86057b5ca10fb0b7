import { expect, test } from 'vitest'
import { recordRedemption } from '../../src/coupons/record-redemptions.ts'
import { computeDay } from '../../src/days/compute.ts'
import { keepByHand } from '../../src/files/by-hand.ts'
import { bringIn } from '../../src/files/fetch-day.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import { beijingDay, beijingTime } from '../../src/plumbing/clock.ts'
import type { SpendRule } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import { billFile, type BillLine } from '../support/bill-files.ts'
import { openShop } from '../support/shop.ts'
import { aPayment, aSpendCampaign } from '../support/spend.ts'

async function openWithBill(linesOf: (line: BillLine) => BillLine[], rule: Partial<SpendRule> = {}) {
  const shop = await openShop({ redis: false })
  const { services, merchant } = shop
  const { stock_id } = shop.stock
  await aSpendCampaign(services, shop.stock, { basis: 'total', exclude_orders_using_our_coupons: false, ...rule })
  const { mchid } = merchant.accounts.find(({ role }) => role === 'sender')!
  const { appid } = merchant.officialAccount
  const lines = linesOf({ at: beijingTime(services.clock.now()), mchid, appid })
  async function* bytes() {
    yield billFile(lines)
  }
  const wanted = { mchid, kind: 'trade_bill' as const, day: beijingDay(services.clock.now()) }
  const file = await keepByHand(services, wanted, bytes())
  return {
    shop,
    file,
    stockId: stock_id,
    bring: (by: Services = services) => bringIn(by, file, new AbortController().signal),
  }
}

/** So many payments of a member each, from the first number on. */
const paidBy = (line: BillLine, count: number, changes: BillLine = {}) =>
  Array.from({ length: count }, (_, nth): BillLine => {
    const names = { openid: `o-payer-${nth}`, transactionId: `4200${nth}`, outTradeNo: `order-${nth}` }
    return { ...line, ...names, ...changes }
  })

const ledgerOf = async ({ db }: Services) => ({
  payments: await db.selectFrom('payments').select(['transaction_id', 'source', 'total']).orderBy('id').execute(),
  grants: await db.selectFrom('grants').select(['openid', 'transaction_id']).orderBy('openid').execute(),
  shares: await db.selectFrom('wechat_file_shares').select(['rows', 'payments', 'new_payments', 'set_aside']).execute(),
})

test('a payment that stands twice in a bill is one payment and earns once', async () => {
  const { shop, bring } = await openWithBill((line) => [...paidBy(line, 3), ...paidBy(line, 3)])
  await using closing = shop
  await bring()
  const { payments, grants, shares } = await ledgerOf(closing.services)
  expect(payments).toHaveLength(3)
  expect(grants).toHaveLength(3)
  expect(shares).toEqual([{ rows: 6, payments: 6, new_payments: 3, set_aside: 0 }])
})

test('payments that a message told of before stay as it told them, among those that only the bill tells of', async () => {
  const { shop, bring } = await openWithBill((line) => paidBy(line, 5))
  await using closing = shop
  const { services, merchant } = closing
  const told = aPayment(services, { transactionId: '42002', openid: 'o-payer-2', source: 'notification' })
  await recordPayment(services, merchant, told)
  await bring()
  const { payments, grants, shares } = await ledgerOf(services)
  expect(payments.map(({ transaction_id, source }) => [transaction_id, source])).toEqual([
    ['42002', 'notification'],
    ...['42000', '42001', '42003', '42004'].map((id) => [id, 'bill']),
  ])
  // What a message tells is applied where the message is.
  expect(grants.map((grant) => grant.transaction_id)).toEqual(['42000', '42001', '42003', '42004'])
  expect(shares).toMatchObject([{ payments: 5, new_payments: 4 }])
})

test('a coupon that is being sent while a bill tells of its payment’s refund is taken back by the next run', async () => {
  const ended = { state: 'REFUND', refundId: '5030', outRefundNo: 'back-1', refund: 6000, refundStatus: 'SUCCESS' }
  const { shop, bring } = await openWithBill((line) => paidBy(line, 1, ended))
  await using closing = shop
  const { services, merchant } = closing
  await recordPayment(services, merchant, aPayment(services, { transactionId: '42000', source: 'notification' }))
  await applyPayment(services, merchant, '42000')
  const [sending] = await services.ledger.leaseDue(1)
  await expect(bring()).rejects.toThrow('is being sent at this moment')
  await services.ledger.release(sending!, services.clock.now())
  await bring()
  const coupons = await services.db.selectFrom('coupons').select(['state', 'reason']).execute()
  expect(coupons).toEqual([{ state: 'refused', reason: 'refunded' }])
})

test('a row under a foreign appid is set aside, and the good ones around it are taken', async () => {
  const { shop, bring } = await openWithBill((line) => {
    const lines = paidBy(line, 5)
    lines[2] = { ...lines[2], appid: 'wx0000000000000001' }
    return lines
  })
  await using closing = shop
  await bring()
  const { payments, grants, shares } = await ledgerOf(closing.services)
  expect(payments.map((one) => one.transaction_id)).toEqual(['42000', '42001', '42003', '42004'])
  expect(grants).toHaveLength(4)
  expect(shares).toEqual([{ rows: 5, payments: 5, new_payments: 4, set_aside: 1 }])
  const aside = await closing.services.db.selectFrom('wechat_file_rows').select(['cause', 'transaction_id']).execute()
  expect(aside).toEqual([{ cause: 'other_appid', transaction_id: '42002' }])
})

test('of thousands of orders that are not ours the day is compared without each of them', async () => {
  const foreign: BillLine = { appid: 'wx0000000000000001' }
  const { shop, file, bring } = await openWithBill((line) => [
    ...paidBy(line, 305, foreign),
    ...paidBy(line, 306).slice(305),
  ])
  await using closing = shop
  const { services, merchant } = closing
  await bring()
  const { lines, differences } = (await computeDay(services, merchant, file.day))!
  const one = { count: 1, fen: 6000 }
  expect(lines).toContainEqual({ of: 'payments', ledger: one, wechat: one })
  expect(differences.filter(({ of }) => of === 'payments')).toEqual([])
})

test('an order that was set aside and is told of later is no difference of its day', async () => {
  const { shop, file, bring } = await openWithBill((line) => paidBy(line, 1, { appid: 'wx0000000000000001' }))
  await using closing = shop
  const { services, merchant } = closing
  await bring()
  const { mchid } = merchant.accounts.find(({ role }) => role === 'sender')!
  const told = aPayment(services, { transactionId: '42000', mchid, source: 'notification' })
  await recordPayment(services, merchant, told)
  const { differences } = (await computeDay(services, merchant, file.day))!
  expect(differences.filter(({ of }) => of === 'payments')).toEqual([])
})

test('every refund that has not come to its end is kept to be asked about again, however many there are', async () => {
  const { shop, bring } = await openWithBill((line) =>
    paidBy(line, 305, { state: 'REFUND', refund: 6000, refundStatus: 'PROCESSING' }).map((one, nth) => ({
      ...one,
      // A provider's order, whose keys are not here: nobody can ask how it ended.
      mchid: '1267388801',
      subMchid: line.mchid!,
      refundId: `5030${nth}`,
      outRefundNo: `back-${nth}`,
      total: 0,
    })),
  )
  await using closing = shop
  await bring()
  const waiting = await closing.services.db
    .selectFrom('wechat_file_rows')
    .select('line')
    .where('cause', '=', 'refund_pending')
    .execute()
  expect(waiting).toHaveLength(305)
})

test('a use that was told of before its payment gets its order from the bill, and is undone by the bill’s refund', async () => {
  const back = {
    state: 'REFUND',
    refundId: '5030',
    outRefundNo: 'back-1',
    refund: 6000,
    refundStatus: 'SUCCESS',
    total: 0,
  }
  const { shop, stockId, bring } = await openWithBill((line) => [...paidBy(line, 1), ...paidBy(line, 1, back)])
  await using closing = shop
  const { services, merchant } = closing
  const now = services.clock.now()
  const use = { couponId: 'c1', stockId, transactionId: '42000', amount: 1000, usedAt: now, toldAt: now }
  await services.db.transaction().execute((trx) => recordRedemption(trx, merchant, { ...use, source: 'notice' }))
  await bring()
  const uses = await services.db.selectFrom('redemptions').selectAll().execute()
  expect(uses).toMatchObject([{ out_trade_no: 'order-0', order_total: 6000, returned_source: 'refund' }])
})

test.each([0, 1, 7])(
  'a process that ends after %i awards of a bill: the next one makes the rest, each once',
  async (made) => {
    const { shop, bring } = await openWithBill((line) => paidBy(line, 20))
    await using closing = shop
    const { services } = closing
    let left = made
    const dying: Services = {
      ...services,
      ledger: {
        ...services.ledger,
        reserve: (reservation) => {
          left -= 1
          return left >= 0 ? services.ledger.reserve(reservation) : Promise.reject(new Error('killed'))
        },
      },
    }
    await expect(bring(dying)).rejects.toThrow('killed')
    const midway = await ledgerOf(services)
    expect(midway.payments).toHaveLength(20)
    expect(midway.grants).toHaveLength(made)
    expect(midway.shares).toEqual([])

    await bring()
    const { payments, grants } = await ledgerOf(services)
    expect(payments).toHaveLength(20)
    expect(new Set(grants.map((grant) => grant.transaction_id)).size).toBe(20)
    expect(grants).toHaveLength(20)
  },
)

test('a member whose rows of a bill reach a sum only together gets one coupon for them', async () => {
  const together = { openid: 'o-regular', total: 1300 }
  const { shop, bring } = await openWithBill(
    (line) => [...paidBy(line, 4, together), ...paidBy(line, 8, { total: 1300 }).slice(4)],
    { mode: 'cumulative' },
  )
  await using closing = shop
  await bring()
  const { payments, grants } = await ledgerOf(closing.services)
  expect(payments).toHaveLength(8)
  expect(grants).toEqual([{ openid: 'o-regular', transaction_id: '42003' }])
})
