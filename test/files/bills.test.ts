import { expect, test } from 'vitest'
import { fetchDay } from '../../src/files/fetch-day.ts'
import { readyAt } from '../../src/files/wechat-file.ts'
import { beijingDay, dayMs } from '../../src/plumbing/clock.ts'
import type { SpendRule } from '../../src/plumbing/storage/schema.ts'
import { movableClock } from '../support/clock.ts'
import { runNow } from '../support/jobs.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const tillPay = { tradeType: 'MICROPAY' as const, total: 6000 }

/** A shop at the till today, and the same shop on the next day after the bills are ready. */
async function openTill(options: { keyMode?: 'certificate' | 'public_key'; rule?: Partial<SpendRule> } = {}) {
  const clock = movableClock()
  const shop = await openShop({
    wechat: 'sandbox',
    clock,
    world: { keyMode: options.keyMode ?? 'certificate', slugs: ['demo'] },
  })
  const { stock_id } = shop.stock
  const rule: SpendRule = {
    basis: 'payer_total',
    mode: 'single',
    window_days: 30,
    tiers: [{ at_least: 5000, coupons: [{ stock_id, count: 1 }] }],
    tier_rule: 'highest',
    exclude_orders_using_our_coupons: true,
    hold_minutes: 0,
    ...options.rule,
  }
  await shop.campaign({ kind: 'spend', spend: rule, limits: {}, coupons: [] })
  const day = beijingDay(clock.now())
  return { shop, clock, day, toNextDay: () => clock.advance(readyAt(day).getTime() - clock.now().getTime() + 60_000) }
}

async function ledgerOf({ services }: SandboxShop) {
  const payments = await services.db.selectFrom('payments').selectAll().orderBy('id').execute()
  const grants = await services.db.selectFrom('grants').selectAll().orderBy('earned_at').execute()
  return { payments, grants }
}

async function ownBill({ services, merchant }: SandboxShop, day: string) {
  return services.db
    .selectFrom('wechat_files')
    .selectAll()
    .where('mchid', '=', merchant.accounts.find(({ role }) => role === 'sender')!.mchid)
    .where('kind', '=', 'trade_bill')
    .where('day', '=', day)
    .executeTakeFirstOrThrow()
}

const sharesOf = ({ services }: SandboxShop, file: number) =>
  services.db.selectFrom('wechat_file_shares').selectAll().where('file_id', '=', file).execute()

test.each(['certificate', 'public_key'] as const)(
  'a payment by code at the till, of which no message came, earns from the bill of its day (%s)',
  async (keyMode) => {
    const { shop, day, toNextDay } = await openTill({ keyMode })
    await using closing = shop
    const member = shop.member('xiaoming')
    shop.sandbox.control.addOrder({ ...tillPay, openid: member })
    toNextDay()
    await runNow(closing.services, 'bills')

    const { payments, grants } = await ledgerOf(shop)
    expect(payments).toMatchObject([{ source: 'bill', openid: member, total: 6000, payer_total: 6000 }])
    expect(grants).toMatchObject([{ openid: member, transaction_id: payments[0]!.transaction_id }])
    const bill = await ownBill(shop, day)
    expect(bill).toMatchObject({ state: 'kept', hash_of: 'unpacked', rows: 1, payments: 1, payments_fen: 6000 })
    expect(bill.request_id).toBeTruthy()
    expect(bill.imported_at).not.toBeNull()
    expect(await sharesOf(shop, bill.id)).toMatchObject([{ payments: 1, payments_fen: 6000, new_payments: 1 }])

    await runNow(shop.services, 'bills')
    expect((await ledgerOf(shop)).grants).toHaveLength(1)
  },
)

test('a bill that is brought in twice changes nothing', async () => {
  const { shop, toNextDay } = await openTill()
  await using closing = shop
  shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  toNextDay()
  await runNow(closing.services, 'bills')
  const before = await ledgerOf(shop)
  await shop.services.db.updateTable('wechat_files').set({ imported_at: null }).execute()
  await runNow(shop.services, 'bills')
  expect(await ledgerOf(shop)).toEqual(before)
})

test('a part that was given back is taken off once, however often the bill is read', async () => {
  const { shop, toNextDay } = await openTill({ rule: { basis: 'total' } })
  await using closing = shop
  const order = shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  shop.sandbox.control.refund(order.transactionId, { refund: 600 })
  toNextDay()
  await runNow(closing.services, 'bills')
  await shop.services.db.updateTable('wechat_files').set({ imported_at: null }).execute()
  await runNow(shop.services, 'bills')
  const refunds = await shop.services.db.selectFrom('refunds').select('refund').execute()
  expect(refunds).toEqual([{ refund: 600 }])
  expect((await ledgerOf(shop)).grants).toHaveLength(1)
})

test('a payment that was given back on the same day earns nothing', async () => {
  const { shop, toNextDay } = await openTill({ rule: { basis: 'total' } })
  await using closing = shop
  const order = shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  shop.sandbox.control.refund(order.transactionId)
  toNextDay()
  await runNow(closing.services, 'bills')
  const { payments, grants } = await ledgerOf(shop)
  expect(payments).toHaveLength(1)
  expect(grants).toEqual([])
})

test('where the campaign counts the order, a bill needs no query; where it counts what was paid, WeChat is asked', async () => {
  const byTotal = await openTill({ rule: { basis: 'total' } })
  await using shop = byTotal.shop
  shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  byTotal.toNextDay()
  await runNow(shop.services, 'bills')
  expect((await ledgerOf(shop)).grants).toHaveLength(1)
  expect(shop.sandbox.control.countCalls('order')).toBe(0)
})

test('a campaign that says no late facts gives nothing for what only the bill tells', async () => {
  const { shop, toNextDay } = await openTill({ rule: { late_facts: { earn: false, within_days: 0 } } })
  await using closing = shop
  shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  toNextDay()
  await runNow(closing.services, 'bills')
  const { payments, grants } = await ledgerOf(shop)
  expect(payments).toHaveLength(1)
  expect(grants).toEqual([])
})

test('a payment of the campaign’s time earns also when its bill comes a month after the end', async () => {
  const { shop, clock, day } = await openTill()
  await using closing = shop
  const ends_at = new Date(clock.now().getTime() + 60_000)
  await closing.services.db.updateTable('campaigns').set({ ends_at }).execute()
  shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  clock.advance(30 * dayMs)
  await fetchDay(shop.services, shop.merchant, day, new AbortController().signal)
  await runNow(shop.services, 'bills')
  expect((await ledgerOf(shop)).grants).toHaveLength(1)
})

test('the notification that comes after the bill makes it earn where late facts do not', async () => {
  const { shop, toNextDay } = await openTill({ rule: { late_facts: { earn: false, within_days: 0 } } })
  await using closing = shop
  const order = shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  toNextDay()
  await runNow(closing.services, 'bills')
  const { recordPayment } = await import('../../src/payments/intake.ts')
  const { applyPayment } = await import('../../src/payments/apply-payment.ts')
  const { total, transactionId, outTradeNo, mchid, openid } = order
  await recordPayment(shop.services, shop.merchant, {
    transactionId,
    outTradeNo,
    mchid,
    openid,
    total,
    payerTotal: total,
    subMchid: undefined,
    promotions: [],
    goodsTag: undefined,
    paidAt: new Date(order.paidAt!),
    source: 'notification',
  })
  await applyPayment(shop.services, shop.merchant, transactionId)
  const { payments, grants } = await ledgerOf(shop)
  expect(payments).toMatchObject([{ source: 'notification' }])
  expect(grants).toHaveLength(1)
})

test('no bill is a day without payments only for a number that is known to place orders', async () => {
  const { shop, day, toNextDay } = await openTill()
  await using closing = shop
  toNextDay()
  await runNow(closing.services, 'bills')
  expect(await ownBill(shop, day)).toMatchObject({ state: 'none', reason: 'places_no_orders' })

  const today = beijingDay(shop.services.clock.now())
  shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  await nextDays(shop, today, 1)
  expect(await ownBill(shop, today)).toMatchObject({ state: 'kept' })
  const after = beijingDay(shop.services.clock.now())
  await nextDays(shop, after, 1)
  expect(await ownBill(shop, after)).toMatchObject({ state: 'none', reason: 'empty_day' })
})

async function nextDays({ services }: SandboxShop, day: string, _days: number): Promise<void> {
  const clock = services.clock as ReturnType<typeof movableClock>
  clock.advance(readyAt(day).getTime() - clock.now().getTime() + 60_000)
  await runNow(services, 'bills')
}

test('no bill before 10:00 is no day without payments: it is asked for again', async () => {
  const { shop, clock, day, toNextDay } = await openTill()
  await using closing = shop
  shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  toNextDay()
  clock.advance(-31 * 60_000)
  shop.sandbox.control.setFault({ fault: 'no_statement', endpoint: 'bill' })
  await fetchDay(closing.services, shop.merchant, day, new AbortController().signal)
  expect(await ownBill(shop, day)).toMatchObject({ state: 'not_ready' })
  shop.sandbox.control.clearFaults()
  clock.advance(31 * 60_000)
  await runNow(shop.services, 'bills')
  expect(await ownBill(shop, day)).toMatchObject({ state: 'kept', rows: 1 })
})

test('a bill that is still being made is asked for again after half an hour', async () => {
  const { shop, clock, day, toNextDay } = await openTill()
  await using closing = shop
  shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  toNextDay()
  shop.sandbox.control.setFault({ fault: 'statement_creating', endpoint: 'bill' })
  await runNow(closing.services, 'bills')
  expect(await ownBill(shop, day)).toMatchObject({ state: 'not_ready' })
  shop.sandbox.control.clearFaults()
  await runNow(shop.services, 'bills')
  expect(await ownBill(shop, day)).toMatchObject({ state: 'not_ready' })
  clock.advance(31 * 60_000)
  await runNow(shop.services, 'bills')
  expect(await ownBill(shop, day)).toMatchObject({ state: 'kept' })
})

test.each([
  ['a changed byte', { fault: 'tampered_body' as const }],
  ['half a file', { fault: 'half_a_file' as const }],
])('nothing is used of %s; after three times it is a warning, which a right file ends', async (_, fault) => {
  const { shop, clock, day, toNextDay } = await openTill()
  await using closing = shop
  shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  toNextDay()
  shop.sandbox.control.setFault({ ...fault, endpoint: 'bill_download' })
  for (let nth = 1; nth <= 3; nth += 1) {
    await runNow(closing.services, 'bills')
    clock.advance(31 * 60_000)
  }
  expect(await ownBill(shop, day)).toMatchObject({ state: 'unverified', hash_differences: 3, rows: null })
  expect((await ledgerOf(shop)).payments).toEqual([])
  const pieces = await shop.services.db.selectFrom('wechat_file_pieces').select('n').execute()
  expect(pieces).toEqual([])
  const warnings = () =>
    shop.services.db
      .selectFrom('warnings')
      .select('kind')
      .where('until', 'is', null)
      .where('kind', '=', 'file_differs')
      .execute()
  expect(await warnings()).toHaveLength(1)

  shop.sandbox.control.clearFaults()
  await runNow(shop.services, 'bills')
  expect(await ownBill(shop, day)).toMatchObject({ state: 'kept', hash_differences: 0 })
  expect(await warnings()).toEqual([])
})

test('a token that is over is asked for again at once', async () => {
  const { shop, day, toNextDay } = await openTill()
  await using closing = shop
  shop.sandbox.control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  toNextDay()
  shop.sandbox.control.setFault({ fault: 'file_token_over', endpoint: 'bill_download', times: 1 })
  await runNow(closing.services, 'bills')
  expect(await ownBill(shop, day)).toMatchObject({ state: 'kept' })
})

test('a refusal of the keys is told to the operator and not repeated by itself', async () => {
  const { shop, day, toNextDay } = await openTill()
  await using closing = shop
  toNextDay()
  shop.sandbox.control.setFault({ fault: 'no_auth', endpoint: 'bill' })
  await runNow(closing.services, 'bills')
  expect(await ownBill(shop, day)).toMatchObject({ state: 'refused' })
  const calls = shop.sandbox.control.countCalls('bill')
  await runNow(shop.services, 'bills')
  expect(shop.sandbox.control.countCalls('bill')).toBe(calls)
})

test('an answer without a signature is no reason to believe that there is no bill', async () => {
  const { shop, day, toNextDay } = await openTill()
  await using closing = shop
  toNextDay()
  shop.sandbox.control.setFault({ fault: 'unsigned', endpoint: 'bill' })
  await runNow(closing.services, 'bills')
  expect(await ownBill(shop, day)).toMatchObject({ state: 'due' })
})

test("a provider's bill is split to the merchants that it concerns, and the rest is shown as not ours", async () => {
  const { shop, day, toNextDay } = await openTill()
  await using closing = shop
  const provider = shop.merchant.accounts.find(({ role }) => role === 'provider')!
  const [own] = shop.world.merchants
  const member = shop.member('xiaoming')
  const placed = { ...tillPay, mchid: provider.mchid, openid: member }
  shop.sandbox.control.addOrder({ ...placed, subMchid: own!.mchids[0]! })
  shop.sandbox.control.addOrder({ ...placed, subMchid: '1999999999', total: 700 })
  toNextDay()
  await runNow(closing.services, 'bills')
  const { payments, grants } = await ledgerOf(shop)
  expect(payments).toMatchObject([{ mchid: provider.mchid, sub_mchid: own!.mchids[0], openid: member }])
  expect(grants).toHaveLength(1)
  const aside = await shop.services.db.selectFrom('wechat_file_rows').selectAll().execute()
  expect(aside).toMatchObject([{ cause: 'not_ours', sub_mchid: '1999999999', fen: 700, merchant_id: null }])
  // The merchant's own number placed nothing: its own keys see none of that.
  expect(await ownBill(shop, day)).toMatchObject({ state: 'none', reason: 'places_no_orders' })
})

test('an order of which WeChat gave no answer when its bill was read is asked about again, and earns', async () => {
  const { shop, day, toNextDay } = await openTill()
  await using closing = shop
  const { control } = shop.sandbox
  control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  toNextDay()
  control.setFault({ fault: 'system_error', endpoint: 'order' })
  await runNow(closing.services, 'bills')
  expect(await ledgerOf(shop)).toEqual({ payments: [], grants: [] })
  control.clearFaults()
  await runNow(shop.services, 'bills')
  const { payments, grants } = await ledgerOf(shop)
  expect(payments).toMatchObject([{ source: 'bill', payer_total: 6000 }])
  expect(grants).toHaveLength(1)
  expect(await shop.services.db.selectFrom('wechat_file_rows').selectAll().execute()).toEqual([])
  const share = { set_aside: 1, aside_payments: 0, aside_fen: 0 }
  expect(await sharesOf(shop, (await ownBill(shop, day)).id)).toMatchObject([share])
})

test('refunds whose end is long in coming keep no other from being asked about', async () => {
  const { shop, day, toNextDay } = await openTill({ rule: { basis: 'total' } })
  await using closing = shop
  const { control } = shop.sandbox
  const order = control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  const refund = control.refund(order.transactionId, { status: 'PROCESSING' })
  toNextDay()
  await runNow(closing.services, 'bills')
  const { id } = await ownBill(shop, day)
  const earlier = Array.from({ length: 200 }, (_, nth) => ({
    file_id: id,
    line: -nth,
    merchant_id: shop.merchant.id,
    cause: 'refund_pending' as const,
    mchid: '1999999999',
    transaction_id: `4100${nth}`,
    out_refund_no: `slow-${nth}`,
    fen: 100,
  }))
  await shop.services.db.insertInto('wechat_file_rows').values(earlier).execute()
  refund.status = 'SUCCESS'
  for (let nth = 0; nth < 4; nth += 1) await runNow(shop.services, 'bills')
  expect(await shop.services.db.selectFrom('refunds').select('refund').execute()).toEqual([{ refund: 6000 }])
})

test('a refund that was only begun counts when WeChat says that it has ended', async () => {
  const { shop, toNextDay } = await openTill({ rule: { basis: 'total' } })
  await using closing = shop
  const { control } = shop.sandbox
  const order = control.addOrder({ ...tillPay, openid: shop.member('xiaoming') })
  const refund = control.refund(order.transactionId, { status: 'PROCESSING' })
  toNextDay()
  await runNow(closing.services, 'bills')
  const refunds = () => shop.services.db.selectFrom('refunds').selectAll().execute()
  expect(await refunds()).toEqual([])
  expect(await shop.services.db.selectFrom('wechat_file_rows').select('cause').execute()).toEqual([
    { cause: 'refund_pending' },
  ])
  refund.status = 'SUCCESS'
  await runNow(shop.services, 'bills')
  expect(await refunds()).toMatchObject([{ refund: 6000 }])
})
