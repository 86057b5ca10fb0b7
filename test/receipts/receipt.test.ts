import { load } from 'cheerio'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OrderSpec } from '../../sandbox/pay/place-order.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { grantsOfTransaction } from '../../src/grants/grants.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { registry } from '../../src/plumbing/telemetry/metrics.ts'
import { checkCodeOf } from '../../src/receipts/check-code.ts'
import { aSpendCampaign } from '../support/spend.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { until } from '../support/waiting.ts'

const payApp = 'https://payapp.weixin.qq.com'

describe.each(['certificate', 'public_key'] as const)('in %s mode', (keyMode) => {
  let shop: SandboxShop
  let nowMs = Date.now()
  let sender: string
  let provider: string

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', world: { keyMode }, clock: { now: () => new Date(nowMs) } })
    await aSpendCampaign(shop.services, shop.stock)
    ;[sender, provider] = shop.world.merchants[0]!.mchids as [string, string]
  })
  beforeEach(() => {
    nowMs += 60_000
    shop.sandbox.control.clearFaults()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  let serial = 0
  const anOrder = (changes: Partial<OrderSpec> = {}) => {
    serial += 1
    const openid = shop.member(`payer-${serial}`)
    return shop.sandbox.control.addOrder({ openid, total: 6000, mchid: provider, subMchid: sender, ...changes })
  }
  const addressOf = (order: { outTradeNo: string }, more = '&check_code=x') =>
    `/m/demo/receipt?sub_mch_id=${sender}&out_trade_no=${order.outTradeNo}${more}`
  async function receiptOf(address: string) {
    const seen = await shop.site.phone().get(address)
    const $ = load(seen.text)
    const jump = $('[data-jump]').attr('data-jump')
    return { ...seen, style: $('script').first().attr('data-style'), title: $('h1').text(), jump }
  }
  const pathOf = (jump: string | undefined) => jump!.slice(shop.services.config.publicUrl.length)

  test('a paid order that nobody told us of is asked about once, and its receipt says that a coupon is on its way', async () => {
    const order = anOrder()
    // A page that WeChat's answer reaches too late shows WeChat's own.
    await vi.waitFor(async () => {
      const shown = { status: 200, style: 'SHOW_CUSTOM_PAGE', title: '优惠券正在路上' }
      expect(await receiptOf(addressOf(order))).toMatchObject(shown)
    }, 5_000)
    const before = shop.sandbox.control.calls().length
    await Promise.all(Array.from({ length: 20 }, () => receiptOf(addressOf(order))))
    expect(shop.sandbox.control.calls().length).toBe(before)
    await openDeliveryLoop(shop.services).drain()
    nowMs += 5_000
    expect(await receiptOf(addressOf(order))).toMatchObject({ title: '优惠券已到账' })
  })

  test('its notification brings no second coupon', async () => {
    const order = anOrder()
    await receiptOf(addressOf(order))
    await shop.sandbox.control.push({ kind: 'payment', transactionId: order.transactionId })
    await openInboxLoop(shop.services).drain()
    const { services, merchant } = shop
    expect(await grantsOfTransaction(services.db, merchant.id, order.transactionId)).toHaveLength(1)
  })

  test('the button leads out to the page after paying, which its payer alone sees, after a login', async () => {
    const order = anOrder()
    const { jump, text } = await receiptOf(addressOf(order))
    expect(jump).toMatch(/^http:\/\/localhost:3000\/m\/demo\/paid\?token=[\w.-]+$/)
    expect(text).not.toContain(order.openid)
    expect((await shop.site.phone().get(pathOf(jump))).location).toContain('/connect/oauth2/authorize')
    const payer = await shop.phoneOf(order.openid).get(pathOf(jump))
    expect(payer.text).toContain('付款成功')
    const other = await shop.phoneOf(shop.member('another')).get(pathOf(jump))
    expect(other.text).toContain('没有找到这笔订单')
  })

  test('the address of the button is over after a quarter of an hour, and no other order can be written into it', async () => {
    const [order, another] = [anOrder(), anOrder()]
    const { jump } = await receiptOf(addressOf(order))
    const phone = shop.phoneOf(order.openid)
    const foreign = pathOf(jump).replace(order.transactionId, another.transactionId)
    const forged = await shop.phoneOf(another.openid).get(foreign)
    expect(forged.status).toBe(410)
    expect((await phone.get(`${pathOf(jump)}&token=x`)).status).toBe(410)
    nowMs += 16 * 60_000
    const late = await phone.get(pathOf(jump))
    expect([late.status, late.text]).toEqual([410, expect.stringMatching(/已过期.*已失效/s)])
    expect(late.text).not.toContain('元')
  })

  test('a check_code changes nothing: it is only counted', async () => {
    const order = anOrder()
    const link = `${shop.services.config.publicUrl}/m/demo/receipt`
    const right = checkCodeOf(link, { subMchid: sender, outTradeNo: order.outTradeNo }, order.transactionId)
    const titles = []
    for (const more of ['', `&check_code=${right}`, '&check_code=0', '&check_code=a&check_code=b'])
      titles.push((await receiptOf(addressOf(order, more))).title)
    expect(new Set(titles).size).toBe(1)
    const counted = await registry.getSingleMetricAsString('paycoupon_receipt_check_codes_total')
    for (const outcome of ['match', 'mismatch', 'absent']) expect(counted).toContain(`outcome="${outcome}"`)
  })

  test('WeChat shows its own receipt where there is nothing to say', async () => {
    await shop.services.db.updateTable('campaigns').set({ state: 'paused' }).where('kind', '=', 'card_open').execute()
    const official = [
      addressOf(anOrder({ total: 100 })),
      addressOf(anOrder({ state: 'NOTPAY' })),
      addressOf({ outTradeNo: 'nothing-of-the-kind' }),
      addressOf({ outTradeNo: `%3Cscript%3E` }),
      `/m/demo/receipt?sub_mch_id=1900000000&out_trade_no=${anOrder().outTradeNo}`,
      '/m/demo/receipt?sub_mch_id=a&sub_mch_id=b&out_trade_no=c',
      '/m/demo/receipt',
    ]
    for (const address of official) {
      const seen = await receiptOf(address)
      expect([address, seen]).toEqual([
        address,
        expect.objectContaining({ status: 200, style: 'SHOW_OFFICIAL_PAGE', jump: undefined }),
      ])
    }
  })

  test('WeChat shows its own receipt while it does not answer us, and the payment is not lost', async () => {
    const order = anOrder()
    shop.sandbox.control.setFault({ fault: 'timeout_before', endpoint: 'partner_order' })
    expect(await receiptOf(addressOf(order))).toMatchObject({ style: 'SHOW_OFFICIAL_PAGE' })
    shop.sandbox.control.clearFaults()
    const payer = shop.phoneOf(order.openid)
    // One process in all asks about an order within three seconds of Redis's own time.
    const isPaid = async () => {
      nowMs += 3_100
      return (await payer.get(`/m/demo/paid?out_trade_no=${order.outTradeNo}`)).text.includes('付款成功')
    }
    await until(isPaid, { everyMs: 3_100 })
  })

  test('WeChat shows its own receipt while its answers are forged or broken off; a right one is believed', async () => {
    for (const fault of ['bad_signature', 'unsigned', 'tampered_body', 'half_a_file'] as const) {
      const order = anOrder()
      shop.sandbox.control.setFault({ fault, endpoint: 'partner_order' })
      shop.sandbox.control.setFault({ fault, endpoint: 'order' })
      expect([fault, (await receiptOf(addressOf(order))).style]).toEqual([fault, 'SHOW_OFFICIAL_PAGE'])
      const { db } = shop.services
      const known = db.selectFrom('payments').select('id').where('transaction_id', '=', order.transactionId)
      expect([fault, await known.execute()]).toEqual([fault, []])
      shop.sandbox.control.clearFaults()
      await shop.sandbox.control.push({ kind: 'payment', transactionId: order.transactionId })
      await openInboxLoop(shop.services).drain()
      nowMs += 5_000
      expect([fault, (await receiptOf(addressOf(order))).style]).toEqual([fault, 'SHOW_CUSTOM_PAGE'])
    }
  })

  test('after its notification the receipt asks WeChat nothing', async () => {
    const order = anOrder()
    for (const _ of [1, 2]) await shop.sandbox.control.push({ kind: 'payment', transactionId: order.transactionId })
    await openInboxLoop(shop.services).drain()
    const before = shop.sandbox.control.calls().length
    expect(await receiptOf(addressOf(order))).toMatchObject({ style: 'SHOW_CUSTOM_PAGE' })
    expect(shop.sandbox.control.calls().length).toBe(before)
  })

  test('WeChat may show it in a frame, and nobody else; no other page can be framed', async () => {
    for (const address of [addressOf(anOrder()), '/m/demo/receipt', '/m/nobody/receipt']) {
      const { headers, setCookies, text } = await receiptOf(address)
      const policy = headers.get('content-security-policy')
      expect(policy).toContain(`frame-ancestors ${payApp};`)
      expect(policy).not.toMatch(/unsafe|\*/)
      expect(headers.get('x-frame-options')).toBeNull()
      expect(setCookies).toEqual([])
      expect(load(text)('script').text().trim()).toBe('')
    }
    const { headers } = await shop.site.phone().get('/m/demo/paid?token=x')
    expect(headers.get('x-frame-options')).toBe('DENY')
  })

  test('a cookie is not looked at', async () => {
    const order = anOrder()
    const [known, unknown] = [shop.phoneOf(order.openid), shop.site.phone()]
    const texts = await Promise.all(
      [known, unknown].map(async (phone) => load((await phone.get(addressOf(order))).text)('main').text()),
    )
    expect(texts[0]).toBe(texts[1])
  })
})

test('a ledger that is away leaves WeChat its own receipt, within a frame', async () => {
  await using shop = await openShop({ redis: false })
  const address = `/m/${shop.merchant.slug}/receipt?sub_mch_id=${shop.merchant.accounts[0]!.mchid}&out_trade_no=1`
  await shop.services.db.destroy()
  const { status, text, headers } = await shop.site.phone().get(address)
  expect([status, text]).toEqual([200, expect.stringContaining('SHOW_OFFICIAL_PAGE')])
  expect(headers.get('content-security-policy')).toContain(payApp)
})
