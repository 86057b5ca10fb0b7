import { expect, test } from 'vitest'
import { keepByHand } from '../../src/files/by-hand.ts'
import { bringIn } from '../../src/files/fetch-day.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import { beijingDay, beijingTime } from '../../src/plumbing/clock.ts'
import type { SpendRule } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import { billFile, type BillLine } from '../support/bill-files.ts'
import { openShop } from '../support/shop.ts'
import { aPayment } from '../support/spend.ts'

async function openWithBill(linesOf: (line: BillLine) => BillLine[], rule: Partial<SpendRule> = {}) {
  const shop = await openShop({ redis: false })
  const { services, merchant } = shop
  const { stock_id } = shop.stock
  const spend: SpendRule = {
    basis: 'total',
    mode: 'single',
    window_days: 30,
    tiers: [{ at_least: 5000, coupons: [{ stock_id, count: 1 }] }],
    tier_rule: 'highest',
    exclude_orders_using_our_coupons: false,
    hold_minutes: 0,
    ...rule,
  }
  await shop.campaign({ kind: 'spend', spend, limits: {}, coupons: [] })
  const { mchid } = merchant.accounts.find(({ role }) => role === 'sender')!
  const { appid } = merchant.officialAccount
  const lines = linesOf({ at: beijingTime(services.clock.now()), mchid, appid })
  async function* bytes() {
    yield billFile(lines)
  }
  const wanted = { mchid, kind: 'trade_bill' as const, day: beijingDay(services.clock.now()) }
  const file = await keepByHand(services, wanted, bytes())
  return { shop, file, bring: (by: Services = services) => bringIn(by, file, new AbortController().signal) }
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
