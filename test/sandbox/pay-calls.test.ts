import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Aes } from 'wechatpay-axios-plugin'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createWorld, type World } from '../../sandbox/world.ts'
import { isProven, payCall, sendBody, sendPath, type PayCallOptions } from './pay-caller.ts'

let sandbox: Sandbox
let world: World
let openid: string
const sender = '1601400973'
const provider = '1267388801'

beforeAll(async () => {
  world = createWorld()
  openid = world.members[0]!.openid
  sandbox = await startSandbox({ port: 0, world })
})
afterAll(() => sandbox.close())

const call = (path: string, options?: PayCallOptions) => payCall(sandbox.url, world, path, options)
const stockPath = (stockId = '16246120') => `/v3/marketing/favor/stocks/${stockId}`

describe('WeChat refuses a call', () => {
  test('without User-Agent or Accept', async () => {
    const status = await new Promise((resolve) => {
      request(`${sandbox.url}/v3/certificates`, (response) => resolve(response.resume().statusCode)).end()
    })
    expect(status).toBe(400)
  })

  test.each<[string, number, string, PayCallOptions]>([
    ['without a signature', 401, 'SIGN_ERROR', { headers: { Authorization: '' } }],
    ['with a serial it does not know', 401, 'SIGN_ERROR', { serialNo: '00' }],
    ['ten minutes old', 401, 'SIGN_ERROR', { timestamp: Math.floor(Date.now() / 1000) - 600 }],
    ['with milliseconds for seconds', 401, 'SIGN_ERROR', { timestamp: Date.now() }],
    ['with an emoji', 400, 'PARAM_ERROR', { body: { stock_id: '🎁' } }],
    ['with null', 400, 'PARAM_ERROR', { body: { stock_id: null } }],
    ['that is not JSON', 400, 'PARAM_ERROR', { rawBody: 'stock_id=1' }],
    ['that does not say JSON', 400, 'PARAM_ERROR', { rawBody: '{}', headers: { 'Content-Type': 'text/plain' } }],
  ])('%s', async (_why, status, code, options) => {
    expect(await call(sendPath(openid), { method: 'POST', ...options })).toMatchObject({ status, body: { code } })
  })

  test('signed over something else, and shows what it tried to verify', async () => {
    const answer = await call('/v3/certificates', { headers: { Authorization: await strangeAuthorization() } })
    expect(answer).toMatchObject({
      status: 401,
      body: {
        code: 'SIGN_ERROR',
        detail: { issue: 'sign not match', sign_information: { method: 'GET', url: '/v3/certificates' } },
      },
    })
    expect(answer.headers.get('request-id')).toMatch(/-269546525$/)
    expect(answer.headers.get('wechatpay-signature')).toBeNull()
  })

  test('of a merchant number it does not have, and an address it does not know', async () => {
    const authorization = (await strangeAuthorization()).replace(sender, '1')
    const answer = await call('/v3/certificates', { headers: { Authorization: authorization } })
    expect(answer).toMatchObject({ status: 400, body: { code: 'MCH_NOT_EXISTS' } })
    expect((await call('/v3/nothing')).status).toBe(404)
    expect((await call('/v3/certificates', { body: {} })).status).toBe(405)
    expect((await call('/v3/marketing/favor/users/%E0%A4%A/coupons', { body: {} })).status).toBe(404)
  })

  async function strangeAuthorization(): Promise<string> {
    let seen = ''
    const original = globalThis.fetch
    globalThis.fetch = ((_url: string, init: RequestInit) => {
      seen = (init.headers as Record<string, string>).Authorization!
      return Promise.resolve(new Response('{}'))
    }) as typeof fetch
    await call('/v3/other')
    globalThis.fetch = original
    return seen
  }
})

describe('answers are signed', () => {
  test('with the newest platform certificate, which opens with the APIv3 key', async () => {
    const answer = await call('/v3/certificates')
    const [entry] = answer.body.data as { serial_no: string; encrypt_certificate: Record<string, string> }[]
    const { nonce, associated_data, ciphertext } = entry!.encrypt_certificate
    const pem = Aes.AesGcm.decrypt(ciphertext!, world.accounts[0]!.apiV3Key, nonce!, associated_data!)
    expect(pem).toBe(world.platform.certificates[0]!.certificate)
    expect(entry!.serial_no).toBe(answer.headers.get('wechatpay-serial'))
    expect(isProven(world, answer.headers, answer.text)).toBe(true)
  })

  test('with a new certificate after its rotation, and with the old one for who asks for it', async () => {
    const old = world.platform.certificates[0]!.serialNo
    sandbox.control.rotatePlatformCertificate()
    expect((await call(`${stockPath()}?stock_creator_mchid=${provider}`)).headers.get('wechatpay-serial')).not.toBe(old)
    const named = await call(`${stockPath()}?stock_creator_mchid=${provider}`, { wanted: old })
    expect(named.headers.get('wechatpay-serial')).toBe(old)
  })

  test('with the public key for a merchant number that has no certificates', async () => {
    world.accounts[0]!.keyMode = 'public_key'
    const answer = await call('/v3/certificates')
    expect(answer).toMatchObject({ status: 404, body: { code: 'RESOURCE_NOT_EXISTS' } })
    expect(answer.headers.get('wechatpay-serial')).toBe(world.platform.publicKeyId)
    expect(isProven(world, answer.headers, answer.text)).toBe(true)
  })

  test('with what the request names while a merchant number switches', async () => {
    const { publicKeyId } = world.platform
    const serialOf = async (wanted?: string) =>
      (await call('/v3/certificates', { wanted: wanted! })).headers.get('wechatpay-serial')
    world.accounts[0]!.keyMode = 'both'
    expect(await serialOf(publicKeyId)).toBe(publicKeyId)
    expect(await serialOf()).toMatch(/^[0-9A-F]{40}$/)
    world.accounts[0]!.keyMode = 'certificate'
    expect(await serialOf(publicKeyId)).toMatch(/^[0-9A-F]{40}$/)
  })

  test('and a merchant may sign with any of its certificates that is in date', async () => {
    sandbox.control.addCertificate(sender)
    expect((await call('/v3/certificates')).status).toBe(200)
    world.accounts[0]!.certificates.at(-1)!.endsAt = '2020-01-01T00:00:00Z'
    const answer = await call('/v3/certificates')
    expect(answer.headers.get('request-id')).toMatch(/-269546505$/)
    world.accounts[0]!.certificates.pop()
  })
})

describe('a stock', () => {
  test('is shown to its creator and its senders, and to nobody else', async () => {
    const path = `${stockPath()}?stock_creator_mchid=${provider}`
    const shown = { stock_name: '满30减10元券', status: 'running', distributed_coupons: 0, stock_type: 'NORMAL' }
    expect((await call(path)).body).toMatchObject(shown)
    expect((await call(path, { mchid: provider })).body).toMatchObject(shown)
    sandbox.control.changeStock('16246120', { senders: [] })
    expect(await call(path)).toMatchObject({ status: 403, body: { code: 'REQUEST_BLOCKED' } })
    sandbox.control.changeStock('16246120', { senders: [sender], hides_goods_tag: true })
    expect(JSON.stringify((await call(path)).body)).not.toContain('goods_tag')
  })

  test('needs its right creator and number', async () => {
    expect((await call(stockPath())).body.code).toBe('PARAM_ERROR')
    expect((await call(`${stockPath()}?stock_creator_mchid=1`)).body.code).toBe('MCH_NOT_EXISTS')
    expect((await call(`${stockPath('1')}?stock_creator_mchid=${provider}`)).body.code).toBe('RESOURCE_NOT_EXISTS')
  })

  test('is paused and restarted by its creator alone', async () => {
    const body = { stock_creator_mchid: provider }
    expect(await call(`${stockPath()}/pause`, { body })).toMatchObject({ status: 403 })
    expect(await call(`${stockPath()}/pause`, { body, mchid: provider })).toMatchObject({ status: 200 })
    expect(sandbox.control.stock('16246120').status).toBe('paused')
    expect(await call(`${stockPath()}/start`, { body, mchid: provider })).toMatchObject({
      body: { code: 'PARAM_ERROR' },
    })
    expect(await call(`${stockPath()}/restart`, { body, mchid: provider })).toMatchObject({ status: 200 })
    expect(await call(`${stockPath('1')}/pause`, { body, mchid: provider })).toMatchObject({ status: 404 })
  })

  test('is listed for its creator, with the merchants that redeem it', async () => {
    const list = (query: string, mchid = provider) => call(`/v3/marketing/favor/stocks?${query}`, { mchid })
    const page = await list(`offset=0&limit=2&stock_creator_mchid=${provider}&status=running`)
    expect(page.body).toMatchObject({ total_count: 3, data: [{ stock_id: '16246120' }, { stock_id: '16246121' }] })
    expect((await list(`offset=0&limit=11&stock_creator_mchid=${provider}`)).body.message).toBe('页大小超过阈值')
    expect((await list(`stock_creator_mchid=${provider}`)).status).toBe(400)
    expect((await list(`offset=0&limit=1&stock_creator_mchid=${provider}`, sender)).status).toBe(403)
    const merchants = (query: string, mchid = provider) => call(`${stockPath()}/merchants?${query}`, { mchid })
    expect((await merchants('offset=0&limit=50')).body).toMatchObject({ data: [sender] })
    expect((await merchants('offset=1&limit=50')).body.code).toBe('MCH_NOT_EXISTS')
    expect((await merchants('offset=0&limit=50', sender)).status).toBe(403)
    expect((await call(`${stockPath('1')}/merchants`, { mchid: provider })).status).toBe(404)
  })
})

describe('a member’s coupons', () => {
  const list = (query: string) =>
    call(`${sendPath(openid)}?appid=${world.merchants[0]!.officialAccount.appid}&${query}`)

  test('are listed by creator or by redeeming merchant, and shown one by one', async () => {
    const { coupon_id } = (await call(sendPath(openid), { body: sendBody(world, 'u-1') })).body
    const order = sandbox.control.addOrder({ openid, total: 3000, goodsTag: 'MUTEX_STORE', useCoupon: true })
    expect(order).toMatchObject({ payerTotal: 2000, promotions: [{ coupon_id, amount: 1000 }] })
    await call(sendPath(openid), { body: sendBody(world, 'u-2') })
    expect((await list(`creator_mchid=${provider}`)).body).toMatchObject({ total_count: 2 })
    expect((await list(`creator_mchid=${provider}&status=SENDED`)).body).toMatchObject({ total_count: 1 })
    expect((await list(`creator_mchid=${provider}&status=USED&limit=1&offset=1`)).body).toMatchObject({
      total_count: 2,
      data: [{ status: 'SENDED' }],
    })
    expect((await list(`creator_mchid=${provider}&stock_id=1`)).body).toMatchObject({ total_count: 0 })
    expect((await list(`available_mchid=${sender}`)).body).toMatchObject({ total_count: 1 })
    expect((await list('')).body.message).toBe('商户号必填')
    const detail = await call(
      `${sendPath(openid)}/${String(coupon_id)}?appid=${world.merchants[0]!.officialAccount.appid}`,
    )
    expect(detail.body).toMatchObject({
      status: 'USED',
      consume_information: { consume_mchid: sender, transaction_id: order.transactionId },
    })
  })

  test('are refused under an appid that is not the caller’s, and when there are none of that number', async () => {
    const { appid } = world.merchants[0]!.officialAccount
    const detail = (query: string, mchid = sender) => call(`${sendPath(openid)}/1?${query}`, { mchid })
    expect((await detail('x=1')).body.message).toBe('appid必填')
    expect((await detail(`appid=${appid}`, provider)).body.code).toBe('APPID_MCHID_NOT_MATCH')
    expect((await detail(`appid=${appid}`)).body.code).toBe('RESOURCE_NOT_EXISTS')
    const stranger = await call(`${sendPath('oElse')}?appid=${appid}&creator_mchid=${provider}`)
    expect(stranger.body.code).toBe('INVALID_REQUEST')
  })
})

describe('an order', () => {
  test('placed by the merchant is found by both its numbers, with its payer', async () => {
    const order = sandbox.control.addOrder({ openid, total: 6000, attach: 'store 7' })
    for (const part of [`id/${order.transactionId}`, `out-trade-no/${order.outTradeNo}`]) {
      const answer = await call(`/v3/pay/transactions/${part}?mchid=${sender}`)
      expect(answer.body).toMatchObject({
        mchid: sender,
        trade_state: 'SUCCESS',
        attach: 'store 7',
        payer: { openid },
        amount: { total: 6000, payer_total: 6000 },
      })
    }
    expect((await call(`/v3/pay/transactions/id/1?mchid=${sender}`)).body.code).toBe('ORDER_NOT_EXIST')
    expect((await call(`/v3/pay/transactions/id/1?mchid=${provider}`)).status).toBe(400)
    const foreign = await call(`/v3/pay/transactions/id/${order.transactionId}?mchid=${provider}`, { mchid: provider })
    expect(foreign.headers.get('request-id')).toMatch(/-268447843$/)
  })

  test('placed by the provider is found with the provider’s key and the right sub-merchant', async () => {
    const order = sandbox.control.addOrder({ openid, total: 100, mchid: provider, subMchid: sender })
    const path = `/v3/pay/partner/transactions/id/${order.transactionId}`
    const found = await call(`${path}?sp_mchid=${provider}&sub_mchid=${sender}`, { mchid: provider })
    expect(found.body).toMatchObject({ sp_mchid: provider, sub_mchid: sender, payer: { sub_openid: openid } })
    const wrong = await call(`${path}?sp_mchid=${provider}&sub_mchid=1`, { mchid: provider })
    expect(wrong.headers.get('request-id')).toMatch(/-268447845$/)
    expect((await call(`${path}?sp_mchid=${provider}&sub_mchid=${sender}`)).status).toBe(400)
    expect((await call(`/v3/pay/transactions/id/${order.transactionId}?mchid=${sender}`)).status).toBe(404)
  })

  test('that is unpaid has no payer, and a refunded one says so', async () => {
    const unpaid = sandbox.control.addOrder({ openid, total: 100, state: 'NOTPAY' })
    const answer = await call(`/v3/pay/transactions/out-trade-no/${unpaid.outTradeNo}?mchid=${sender}`)
    expect(answer.body).toMatchObject({ trade_state: 'NOTPAY' })
    expect(answer.body).not.toHaveProperty('payer')
    const order = sandbox.control.addOrder({ openid, total: 1000 })
    expect(sandbox.control.refund(order.transactionId, { refund: 300, status: 'ABNORMAL' }).payerRefund).toBe(300)
    expect(sandbox.control.orders().at(-1)!.state).toBe('SUCCESS')
    sandbox.control.refund(order.transactionId)
    expect(sandbox.control.orders().at(-1)!.state).toBe('REFUND')
    expect(() => sandbox.control.refund('1')).toThrow('no order 1')
  })
})
