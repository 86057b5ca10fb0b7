import { load } from 'cheerio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createWorld, type World } from '../../sandbox/world.ts'
import { payCall, sendBody, sendPath } from './pay-caller.ts'

let sandbox: Sandbox
let world: World
const appUrl = 'http://localhost:9'

beforeAll(async () => {
  world = createWorld()
  sandbox = await startSandbox({ port: 0, world, appUrl: `${appUrl}/` })
})
afterAll(() => sandbox.close())

const cookie = 'sandbox_member=xiaohong'
const openid = () => world.members[1]!.openid

async function get(path: string, headers: Record<string, string> = { cookie }) {
  const response = await fetch(sandbox.url + path, { headers, redirect: 'manual' })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, $: load(text) }
}

async function submit(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(form)
  const response = await fetch(sandbox.url + path, {
    method: 'POST',
    body,
    headers: { cookie, ...headers },
    redirect: 'manual',
  })
  return { status: response.status, location: response.headers.get('location') ?? '', headers: response.headers }
}

describe('the phone', () => {
  test('shows the chat with its menu, and makes the browser WeChat’s for paycoupon', async () => {
    const { $, headers } = await get('/')
    expect($('.chat-bar h2').text()).toBe('优购小店')
    expect($('.who summary').text()).toContain('小红')
    expect(
      $('.menu button')
        .toArray()
        .map((button) => $(button).text()),
    ).toEqual([
      '开卡有礼',
      ...['优购小店名片会员', '优购小店品牌会员', '优购小店会员卡（旧版）'].map((title) => `开「${title}」`),
      '付款 60 元',
      '付款 20 元',
      '退掉上一笔',
    ])
    expect(
      $('.menu a')
        .toArray()
        .map((link) => `${$(link).text()} ${$(link).attr('href')}`),
    ).toEqual([
      '到收银台出示付款码 /sandbox/till?merchant=demo',
      `领券 ${appUrl}/m/demo/c/welcome`,
      `我的券 ${appUrl}/m/demo/coupons`,
    ])
    expect(headers.getSetCookie().map((each) => each.split(';')[0])).toEqual([
      'sandbox_wechat=1',
      'sandbox_member=xiaohong',
    ])
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect($('script, [style]')).toHaveLength(0)
  })

  test('is another member once chosen', async () => {
    const chosen = await submit('/sandbox/member', { member: 'xiaoli' })
    const [member, session] = chosen.headers.getSetCookie()
    expect(member).toMatch(/^sandbox_member=xiaoli;/)
    // paycoupon's session of the one before ends with the phone.
    expect(session).toMatch(/^pc_member_demo=; Path=\/m\/demo; Max-Age=0/)
    expect((await submit('/sandbox/member', { member: 'no;one' })).status).toBe(400)
    expect((await get('/', {})).$('.who summary').text()).toContain('小明')
  })

  test('opens a card and goes to the landing page', async () => {
    const { location } = await submit('/sandbox/card', { push: 'on' })
    expect(location).toMatch(/^http:\/\/localhost:9\/m\/demo\/card-opened\?card_id=p/)
    expect(new URL(location).searchParams.get('openid')).toBe(openid())
    expect((await get('/')).$('.receipt.card').text()).toContain('会员卡已领取')
  })

  test('pays, with a coupon when asked, and goes to the reward page', async () => {
    const sent = await payCall(sandbox.url, world, sendPath(openid()), { body: sendBody(world, 'n-1') })
    const { location } = await submit('/sandbox/payment', { yuan: '60', use_coupon: 'on', told_by: 'merchant' })
    const order = sandbox.control.orders().at(-1)!
    expect(location).toBe(`${appUrl}/m/demo/paid?out_trade_no=${order.outTradeNo}`)
    expect(order).toMatchObject({ openid: openid(), total: 6000, payerTotal: 5000, goodsTag: 'MUTEX_STORE' })
    expect(order.promotions[0]!.coupon_id).toBe(sent.body.coupon_id)
    expect((await get('/')).$('.receipt.payment').text()).toContain('¥50.00')
    expect((await get('/')).$('.receipt.coupon').text()).toContain('已使用')
    expect((await submit('/sandbox/refund', {})).location).toBe('/?merchant=demo')
    expect((await get('/')).$('.receipt.payment').text()).toContain('已退款')
    expect((await get('/')).$('.receipt.coupon').text()).not.toContain('已使用')
    await submit('/sandbox/payment', { yuan: '20', told_by: 'wechat' })
    expect(sandbox.control.orders().at(-1)!.payerTotal).toBe(2000)
    expect((await submit('/sandbox/payment', { yuan: '-1' })).status).toBe(400)
  })

  test('opens paycoupon’s own addresses and no other site’s', async () => {
    const open = async (url: string) => (await get(`/sandbox/open?url=${encodeURIComponent(url)}`)).headers
    const ours = await open(`${appUrl}/m/demo/coupons?a=1`)
    expect(ours.get('location')).toBe(`${appUrl}/m/demo/coupons?a=1`)
    expect(ours.getSetCookie()[0]).toMatch(/^sandbox_wechat=1;/)
    expect((await open('https://example.com/')).get('location')).toBe('/')
    expect((await open('no address')).get('location')).toBe('/')
  })

  test('takes no form of another site', async () => {
    const headers = { origin: 'https://example.com' }
    expect((await submit('/sandbox/payment', { yuan: '60' }, headers)).status).toBe(403)
    const response = await fetch(`${sandbox.url}/sandbox/control/faults`, { method: 'DELETE', headers })
    expect(response.status).toBe(403)
    expect((await submit('/sandbox/member', { member: 'xiaoli' }, { origin: sandbox.url })).status).toBe(303)
  })
})

describe('the records', () => {
  test('show coupons, stocks and calls', async () => {
    await payCall(sandbox.url, world, sendPath(openid()), { body: sendBody(world, 'n-2') })
    await fetch(`${sandbox.url}/v3/certificates`)
    const { $ } = await get('/sandbox/wechat-pay')
    expect($('#coupons article').eq(1).text()).toContain('满30减10元券')
    expect($('#stocks tbody tr').first().text()).toContain('满 30 减 10')
    expect($('#calls tbody tr.bad').first().text()).toContain('SIGN_ERROR')
    expect($('#calls').text()).toContain('n-2')
    expect((await get('/sandbox/sandbox.css')).text).toContain('.phone')
  })

  test('switch a fault on and off', async () => {
    const form = { fault: 'slow', endpoint: 'send', openid: openid(), stockId: '', times: '2', ms: '5' }
    expect((await submit('/sandbox/faults', form)).location).toBe('/sandbox/wechat-pay#faults')
    const { $ } = await get('/sandbox/wechat-pay')
    expect($('.faults li').text()).toContain('变慢发券 · 会员 小红 · 还剩 2 次 · 5 毫秒')
    await submit($('.faults form').attr('action')!, {})
    expect(sandbox.control.faults()).toEqual([])
    expect((await submit('/sandbox/faults', { fault: 'constructor' })).status).toBe(400)
  })

  test('pause a stock', async () => {
    await submit('/sandbox/stocks/16246120/status', { status: 'paused' })
    expect(sandbox.control.stock('16246120').status).toBe('paused')
    expect((await submit('/sandbox/stocks/16246120/status', { status: 'lost' })).status).toBe(400)
    expect((await submit('/sandbox/stocks/1/status', { status: 'paused' })).status).toBe(400)
  })
})

describe('the control over HTTP', () => {
  async function control(method: string, path: string, body?: object): Promise<unknown> {
    const init = { method, ...(body && { body: JSON.stringify(body) }) }
    return (await fetch(`${sandbox.url}/sandbox/control/${path}`, init)).json()
  }

  test('sets, lists and clears faults', async () => {
    const fault = (await control('POST', 'faults', { fault: 'html_500', times: 1 })) as { id: number }
    expect(await control('GET', 'faults')).toMatchObject([{ fault: 'html_500', used: 0 }])
    expect(await control('DELETE', `faults?id=${fault.id}`)).toEqual([])
    expect(await control('DELETE', 'faults')).toEqual([])
    expect(await control('POST', 'faults', { fault: 'no such' })).toEqual({ message: 'no fault is called no such' })
  })

  test('shows what was seen and given', async () => {
    expect(await control('GET', 'calls?endpoint=send&outRequestNo=n-2')).toMatchObject([
      { openid: openid(), status: 200 },
    ])
    expect(await control('GET', 'numbers/n-2')).toMatchObject({ seen: 1 })
    expect(await control('GET', 'numbers/none')).toBeNull()
    expect(await control('GET', 'numbers')).toHaveLength(2)
    expect(await control('GET', 'coupons?member=xiaohong')).toHaveLength(2)
    expect(await control('GET', 'coupons?member=xiaoli')).toHaveLength(0)
    expect(await control('GET', 'coupons')).toHaveLength(2)
    expect(await control('GET', 'stocks')).toMatchObject([{ distributed_coupons: 2 }, {}, {}])
  })

  test('changes the world', async () => {
    await control('POST', 'stocks', { stock_id: '5', max_coupons: 1 })
    expect(await control('PATCH', 'stocks/5', { status: 'stoped' })).toMatchObject({ stock_id: '5', status: 'stoped' })
    expect(await control('PATCH', 'stocks/6', {})).toEqual({ message: 'the sandbox has no stock 6' })
    await control('POST', 'members', { id: 'xiaohua', nickname: '小华' })
    expect(await control('PATCH', 'members/xiaohua', { blocked: true })).toMatchObject({
      nickname: '小华',
      blocked: true,
    })
    expect(await control('GET', 'members')).toHaveLength(5)
    const order = (await control('POST', 'orders', { member: 'xiaohua', total: 500 })) as { transactionId: string }
    expect(await control('POST', `orders/${order.transactionId}/refunds`, { refund: 100 })).toMatchObject({
      refund: 100,
    })
    expect(await control('GET', 'orders')).toHaveLength(3)
    const card = (await control('POST', 'cards', { member: 'xiaohua' })) as { code: string }
    expect(card).toMatchObject({ hasActive: true })
    expect(await control('PATCH', `cards/${card.code}`, { formFilled: false })).toMatchObject({ formFilled: false })
    expect(await control('PATCH', 'settings', { sendsPerSecond: 9 })).toMatchObject({ sendsPerSecond: 9 })
    expect(await control('DELETE', 'tokens?as=expired')).toEqual({})
    const event = { kind: 'merchant_paid', transactionId: order.transactionId }
    expect(await control('POST', 'events', event)).toMatchObject({ accepted: false })
  })
})

test('a port that is taken is an error', async () => {
  const port = Number(new URL(sandbox.url).port)
  await expect(startSandbox({ port, world })).rejects.toThrow('EADDRINUSE')
})

test('a benchmark’s sandbox keeps no list and has no limit, and still checks and signs', async () => {
  const cheap = await startSandbox({ port: 0, world: createWorld({ platformBits: 1024 }), cheap: true })
  const answer = await payCall(cheap.url, cheap.world, '/v3/certificates')
  expect(answer.headers.get('wechatpay-signature')).toHaveLength(172)
  expect(cheap.control.calls()).toEqual([])
  expect(cheap.control.countCalls('certificates')).toBe(1)
  await cheap.close()
})
