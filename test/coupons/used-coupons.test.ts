import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PushSpec } from '../../sandbox/push/push.ts'
import { pushNotice } from '../../sandbox/push/pay-notification.ts'
import { askCoupon } from '../../src/coupons/ask-coupon.ts'
import { recordRedemption } from '../../src/coupons/record-redemptions.ts'
import { findOrQueryPayment } from '../../src/payments/query.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { applyInbox, aSentCoupon, payWithCoupon, usesOf } from '../support/coupons.ts'
import { runNow } from '../support/jobs.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { movableClock } from '../support/clock.ts'

const minuteMs = 60_000

describe.each(['certificate', 'public_key'] as const)('a coupon that was sent, at a number with a %s', (keyMode) => {
  const clock = movableClock()
  let shop: SandboxShop
  let campaign: Campaign
  let serial = 0

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode } })
    campaign = await shop.campaign()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  async function aCoupon() {
    serial += 1
    const openid = shop.member(`member-${keyMode}-${serial}`)
    return { openid, couponId: await aSentCoupon(shop, openid, campaign) }
  }
  const push = (spec: PushSpec) => shop.sandbox.control.push(spec)
  async function tell(...specs: PushSpec[]) {
    for (const spec of specs) expect((await push(spec)).accepted).toBe(true)
    await applyInbox(shop)
  }

  test('is recorded as used when COUPON.USE says so, once, whatever repeats it', async () => {
    const { openid, couponId } = await aCoupon()
    const order = payWithCoupon(shop, openid)
    await tell({ kind: 'coupon_use', couponId, id: 'one' }, { kind: 'coupon_use', couponId, id: 'two' })
    await shop.services.db.deleteFrom('inbox').execute()
    await tell({ kind: 'coupon_use', couponId })
    const [row] = await shop.services.db.selectFrom('coupons').select('id').where('coupon_id', '=', couponId).execute()
    expect(await usesOf(shop, couponId)).toMatchObject([
      {
        source: 'notice',
        transaction_id: order.transactionId,
        coupon_row: row!.id,
        amount: order.total - order.payerTotal,
        consume_mchid: order.mchid,
        out_trade_no: null,
        returned_at: null,
      },
    ])
  })

  test('is recorded with the payment that it was used in, by WeChat, by the merchant and by a query alike', async () => {
    for (const kind of ['payment', 'merchant_paid', 'query'] as const) {
      const { openid, couponId } = await aCoupon()
      const { transactionId, outTradeNo, ...order } = payWithCoupon(shop, openid)
      if (kind === 'query') {
        const query = { out_trade_no: outTradeNo }
        expect(await findOrQueryPayment(shop.services, shop.merchant, query, openid)).toMatchObject({ kind: 'paid' })
      } else await tell({ kind, transactionId })
      // A later source fills nothing that is known and adds no second use.
      await tell({ kind: 'coupon_use', couponId })
      expect(await usesOf(shop, couponId)).toMatchObject([
        {
          source: 'payment',
          transaction_id: transactionId,
          out_trade_no: outTradeNo,
          order_total: order.total,
          amount: order.total - order.payerTotal,
        },
      ])
    }
  })

  test('has the order of its use also when COUPON.USE came before the payment', async () => {
    const { openid, couponId } = await aCoupon()
    const { transactionId, outTradeNo, total } = payWithCoupon(shop, openid)
    await tell({ kind: 'coupon_use', couponId })
    await tell({ kind: 'payment', transactionId })
    const [use] = await usesOf(shop, couponId)
    expect(use).toMatchObject({ source: 'notice', out_trade_no: outTradeNo, order_total: total })
  })

  test('may be usable again after its order was refunded in full, in whatever order that is told, not after a part', async () => {
    for (const order of ['use first', 'refund first', 'payment last'] as const) {
      const { openid, couponId } = await aCoupon()
      const { transactionId } = payWithCoupon(shop, openid)
      const use: PushSpec = { kind: 'coupon_use', couponId, transactionId }
      const paid: PushSpec = { kind: 'merchant_paid', transactionId }
      await tell(...(order === 'use first' ? [use, paid] : []))
      shop.sandbox.control.refund(transactionId, { refund: 2_000 })
      await tell({ kind: 'refund', transactionId })
      for (const one of await usesOf(shop, couponId)) expect(one.returned_at).toBe(null)
      shop.sandbox.control.refund(transactionId, { refund: 4_000 })
      await tell({ kind: 'refund', transactionId })
      for (const late of { 'use first': [], 'refund first': [paid, use], 'payment last': [use, paid] }[order])
        await tell(late)
      expect(await usesOf(shop, couponId)).toMatchObject([{ returned_source: 'refund', returned_at: expect.any(Date) }])
    }
  })

  test('stands as used when the order that is named late was paid after WeChat had called the coupon usable', async () => {
    const { openid, couponId } = await aCoupon()
    const { services, merchant } = shop
    const first = payWithCoupon(shop, openid)
    const bare = { source: 'notice', couponId, toldAt: clock.now() } as const
    await services.db.transaction().execute((trx) => recordRedemption(trx, merchant, bare))
    shop.sandbox.control.refund(first.transactionId)
    clock.advance(10 * minuteMs)
    const { id: accountId } = merchant.accounts.find(({ role }) => role === 'sender')!
    await askCoupon(services, merchant, { couponId, openid, accountId }, { turnMs: 1_000, timeoutMs: 5_000 })
    expect(await usesOf(shop, couponId)).toMatchObject([{ transaction_id: null, returned_source: 'query' }])
    clock.advance(10 * minuteMs)
    const { transactionId } = payWithCoupon(shop, openid)
    await tell({ kind: 'payment', transactionId })
    const now = { transaction_id: transactionId, returned_at: null, returned_source: null }
    expect(await usesOf(shop, couponId)).toMatchObject([now])
  })

  test('counts once per order when it is used again', async () => {
    const { openid, couponId } = await aCoupon()
    const first = payWithCoupon(shop, openid)
    shop.sandbox.control.refund(first.transactionId)
    clock.advance(10 * minuteMs)
    const second = payWithCoupon(shop, openid)
    // The news of the first use comes last.
    await tell({ kind: 'payment', transactionId: second.transactionId })
    await tell({ kind: 'coupon_use', couponId, transactionId: first.transactionId })
    await tell({ kind: 'coupon_use', couponId, transactionId: second.transactionId })
    expect((await usesOf(shop, couponId)).map((use) => use.transaction_id)).toEqual([
      second.transactionId,
      first.transactionId,
    ])
  })

  test('is asked about when COUPON.USE does not say in which order it was used', async () => {
    const { openid, couponId } = await aCoupon()
    const { transactionId } = payWithCoupon(shop, openid)
    await tell({ kind: 'coupon_use', couponId, bare: true })
    expect(await usesOf(shop, couponId)).toMatchObject([{ source: 'query', transaction_id: transactionId }])
  })

  test('is recorded as used without its order when WeChat cannot be asked, and the order is filled in later', async () => {
    const { openid, couponId } = await aCoupon()
    const { transactionId } = payWithCoupon(shop, openid)
    const fault = shop.sandbox.control.setFault({ fault: 'no_permission', endpoint: 'coupon_detail' })
    await tell({ kind: 'coupon_use', couponId, bare: true }, { kind: 'coupon_use', couponId, bare: true })
    expect(await usesOf(shop, couponId)).toMatchObject([{ source: 'notice', transaction_id: null }])
    shop.sandbox.control.clearFaults(fault.id)
    await tell({ kind: 'payment', transactionId })
    expect(await usesOf(shop, couponId)).toMatchObject([{ source: 'notice', transaction_id: transactionId }])
  })

  test('is recorded as used though WeChat, asked at that moment, does not know it yet', async () => {
    const { openid, couponId } = await aCoupon()
    const { transactionId } = payWithCoupon(shop, openid)
    await push({ kind: 'coupon_use', couponId, bare: true })
    const coupon = shop.sandbox.control.state.coupons.get(couponId)!
    coupon.status = 'SENDED'
    await applyInbox(shop)
    coupon.status = 'USED'
    expect(await usesOf(shop, couponId)).toMatchObject([{ source: 'notice', transaction_id: null, returned_at: null }])
    await tell({ kind: 'payment', transactionId })
    expect(await usesOf(shop, couponId)).toMatchObject([{ source: 'notice', transaction_id: transactionId }])
  })

  test('waits for the answer when WeChat is out of order for a moment', async () => {
    const { openid, couponId } = await aCoupon()
    payWithCoupon(shop, openid)
    const fault = shop.sandbox.control.setFault({ fault: 'system_error', endpoint: 'coupon_detail' })
    await tell({ kind: 'coupon_use', couponId, bare: true })
    expect(await usesOf(shop, couponId)).toEqual([])
    shop.sandbox.control.clearFaults(fault.id)
    clock.advance(2 * minuteMs)
    await applyInbox(shop)
    expect(await usesOf(shop, couponId)).toMatchObject([{ source: 'query' }])
  })

  test('is not told by an answer that is forged or broken off: it is asked about again', async () => {
    const faults = ['bad_signature', 'unknown_serial', 'unsigned', 'tampered_body', 'half_a_file'] as const
    for (const fault of faults) {
      const { openid, couponId } = await aCoupon()
      payWithCoupon(shop, openid)
      shop.sandbox.control.setFault({ fault, endpoint: 'coupon_detail' })
      await tell({ kind: 'coupon_use', couponId, bare: true })
      expect([fault, await usesOf(shop, couponId)]).toEqual([fault, []])
      shop.sandbox.control.clearFaults()
      clock.advance(2 * minuteMs)
      await applyInbox(shop)
      expect([fault, await usesOf(shop, couponId)]).toMatchObject([fault, [{ source: 'query' }]])
    }
  })

  test('of our stock, sent by another number, is kept as not ours', async () => {
    const { stock_id, creator_mchid } = shop.stock
    const promotion = { coupon_id: `foreign-${keyMode}`, stock_id, amount: 1000, type: 'CASH' as const, name: '券' }
    const order = shop.sandbox.control.addOrder({ openid: shop.member(`stranger-${keyMode}`), total: 6000 })
    order.promotions.push(promotion)
    await tell({ kind: 'payment', transactionId: order.transactionId })
    expect(await usesOf(shop, promotion.coupon_id)).toMatchObject([{ stock_id, coupon_row: null, amount: 1000 }])
    expect(creator_mchid).toBeTruthy()
  })

  test('of a stock that is not ours is not kept', async () => {
    const order = shop.sandbox.control.addOrder({ openid: shop.member(`other-${keyMode}`), total: 6000 })
    const about = { amount: 1000, type: 'CASH' as const, name: '券' }
    order.promotions.push({ coupon_id: 'nobody-knows', stock_id: '999', ...about })
    await tell({ kind: 'payment', transactionId: order.transactionId })
    expect(await usesOf(shop, 'nobody-knows')).toEqual([])
  })

  test.each(['signature', 'signtest', 'serial', 'clock', 'unsigned', 'tampered'] as const)(
    'stays as it is at a forged COUPON.USE (%s)',
    async (spoil) => {
      const { openid, couponId } = await aCoupon()
      payWithCoupon(shop, openid)
      expect((await push({ kind: 'coupon_use', couponId, spoil })).accepted).toBe(false)
      await applyInbox(shop)
      expect(await usesOf(shop, couponId)).toEqual([])
    },
  )

  test('stays as it is when another number than the one that made the stock says that it was used', async () => {
    const { openid, couponId } = await aCoupon()
    const { transactionId } = payWithCoupon(shop, openid)
    const { stock_id, creator_mchid } = shop.stock
    const mchid = '1601400973'
    const notifyUrl = `${shop.site.url}/notify/${shop.merchant.slug}/pay/${mchid}`
    const resource = {
      stock_creator_mchid: creator_mchid,
      stock_id,
      coupon_id: couponId,
      consume_information: { transaction_id: transactionId },
    }
    const notice = { mchid, notifyUrl, eventType: 'COUPON.USE', originalType: 'coupon', resource }
    expect((await pushNotice(shop.sandbox.control.state, notice)).accepted).toBe(true)
    await applyInbox(shop)
    expect(await usesOf(shop, couponId)).toEqual([])
  })

  test('is recorded with the time of its use when COUPON.USE comes after its end, also when we had taken it for expired', async () => {
    const [used, asked] = [await aCoupon(), await aCoupon()]
    const orders = [payWithCoupon(shop, used.openid), payWithCoupon(shop, asked.openid)]
    const down = shop.sandbox.control.setFault({ fault: 'system_error', endpoint: 'coupon_detail' })
    clock.advance(shop.stock.available_end.getTime() - clock.now().getTime() + 20 * 1_440 * minuteMs)
    await runNow(shop.services, 'coupon-states')
    expect(await usesOf(shop, used.couponId)).toEqual([])
    for (const _ of [1, 2]) await tell({ kind: 'coupon_use', couponId: used.couponId })
    shop.sandbox.control.clearFaults(down.id)
    await runNow(shop.services, 'coupon-states')
    await tell({ kind: 'coupon_use', couponId: asked.couponId })
    for (const [nth, { couponId }] of [used, asked].entries())
      expect(await usesOf(shop, couponId)).toMatchObject([
        {
          transaction_id: orders[nth]!.transactionId,
          used_at: new Date(Math.floor(Date.parse(orders[nth]!.paidAt!) / 1_000) * 1_000),
        },
      ])
  })
})
