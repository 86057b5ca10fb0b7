import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createWorld, type World } from '../../sandbox/world.ts'
import { payCall, type PayCallOptions } from './pay-caller.ts'
import { aStockFile } from './stock-file.ts'

let sandbox: Sandbox
let world: World
const sender = '1601400973'
const provider = '1267388801'
const favor = '/v3/marketing/favor'

beforeAll(async () => {
  world = createWorld()
  sandbox = await startSandbox({ port: 0, world })
})
afterEach(() => {
  const account = providerAccount()
  delete account.products
  delete account.balance
  delete account.notifyUrl
  delete world.invitations
  sandbox.control.settings.freshStocksFail = false
})
afterAll(() => sandbox.close())

const providerAccount = () => world.accounts.find(({ mchid }) => mchid === provider)!
const call = (path: string, options?: PayCallOptions) =>
  payCall(sandbox.url, world, favor + path, { mchid: provider, ...options })
let numbers = 0
const number = () => `n-${(numbers += 1)}`
const create = (changes: Record<string, unknown> = {}, mchid = provider) =>
  call('/coupon-stocks', { body: aStockFile({ out_request_no: number(), ...changes }), mchid })
const change = (stockId: unknown, act: string) =>
  call(`/stocks/${String(stockId)}/${act}`, { body: { stock_creator_mchid: provider } })

describe('making a stock', () => {
  test('gives one that is not started, without senders, and the same one for the same number and data', async () => {
    const file = aStockFile({ out_request_no: number() })
    const { status, body } = await call('/coupon-stocks', { body: file })
    expect(status).toBe(200)
    const stock = sandbox.control.stock(String(body.stock_id))
    expect(stock).toMatchObject({ status: 'unactivated', senders: null, coupon_amount: 1000 })
    const turned = Object.fromEntries(Object.entries(file).toReversed())
    expect((await call('/coupon-stocks', { body: turned })).body.stock_id).toBe(body.stock_id)
    const other = await call('/coupon-stocks', { body: { ...file, comment: '别的' } })
    expect(other.body).toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' })
    const detail = await call(`/stocks/${stock.stock_id}?stock_creator_mchid=${provider}`)
    expect(detail.body).toMatchObject({ stock_use_rule: { max_amount: 1_000_000 } })
    expect(detail.body).not.toHaveProperty('start_time')
  })

  test.each<[string, unknown, string?]>([
    ['stock_name', '一二三四五六七八九十一'],
    ['stock_name', '满30_减10'],
    ['available_begin_time', '2020-01-01T00:00:00+08:00'],
    ['available_end_time', '2099-01-01T00:00:00+08:00'],
    ['stock_use_rule.max_coupons', 4],
    ['stock_use_rule.max_amount_by_day', 2_000_000],
    ['stock_use_rule.natural_person_limit', 'yes'],
    ['coupon_use_rule.fixed_normal_coupon.transaction_minimum', 1000],
    ['coupon_use_rule.unavailable_items', ['1']],
    ['coupon_use_rule.available_merchants', []],
    ['coupon_use_rule.trade_type', ['CASH']],
    ['pattern_info.description', ''],
    ['pattern_info.jump_target', 'NOWHERE'],
    ['no_cash', 'false'],
    ['stock_type', 'RANDOM'],
    ['out_request_no', '中文'],
  ])('with a wrong %s of %j is refused by the name of the field', async (path, value) => {
    expect((await create({ [path]: value })).body).toMatchObject({
      code: 'PARAM_ERROR',
      detail: { field: `/${path.replaceAll('.', '/')}` },
    })
  })

  test.each<[string, unknown, string, string]>([
    ['stock_name', '测试券', 'REQUEST_BLOCKED', '活动未开始或已结束'],
    ['stock_use_rule.max_amount', 1, 'PARAM_ERROR', '批次预算等于批次面额乘以发券数'],
    ['stock_use_rule.max_coupons_per_user', 61, 'NO_AUTH', '你配置的信息需要开通特殊权限'],
    ['belong_merchant', sender, 'REQUEST_BLOCKED', '调用商户无权限'],
  ])('with %s %j is refused without naming a field', async (path, value, code, message) => {
    expect((await create({ [path]: value })).body).toEqual({ code, message })
  })

  test('needs the product, and of merchants that bear the cost their consent', async () => {
    providerAccount().products = ['no_prefund']
    expect((await create()).body).toMatchObject({ code: 'NO_AUTH' })
    expect((await create({ no_cash: true })).status).toBe(200)
    world.invitations = [{ provider, merchant: sender, state: 'sent' }]
    expect((await create({ no_cash: true })).body.message).toBe('可用商户不符合规则')
    world.invitations[0]!.state = 'accepted'
    expect((await create({ no_cash: true })).status).toBe(200)
  })
})

describe('starting a stock', () => {
  test('locks its budget, and is refused when there is too little', async () => {
    const { stock_id } = (await create()).body
    providerAccount().balance = 999_999
    expect((await change(stock_id, 'start')).body).toMatchObject({ code: 'NOT_ENOUGH' })
    providerAccount().balance = 1_500_000
    expect((await change(stock_id, 'start')).body).toMatchObject({ stock_id })
    expect((await change(stock_id, 'start')).status).toBe(200)
    expect(providerAccount().balance).toBe(500_000)
    const detail = await call(`/stocks/${String(stock_id)}?stock_creator_mchid=${provider}`)
    expect(detail.body).toHaveProperty('start_time')
  })

  test('in the minute after it was made fails where this WeChat is like that', async () => {
    const { stock_id } = (await create()).body
    sandbox.control.settings.freshStocksFail = true
    expect((await change(stock_id, 'start')).body).toMatchObject({ code: 'SYSTEM_ERROR' })
    sandbox.control.changeStock(String(stock_id), { create_time: '2026-01-01T00:00:00Z' })
    expect((await change(stock_id, 'start')).status).toBe(200)
  })

  test('that was stopped is refused', async () => {
    const { stock_id } = (await create()).body
    sandbox.control.changeStock(String(stock_id), { status: 'stoped', stop_time: '2026-01-01T00:00:00Z' })
    for (const act of ['start', 'pause', 'restart'])
      expect((await change(stock_id, act)).body.message).toBe('非法的批次状态')
    const detail = await call(`/stocks/${String(stock_id)}?stock_creator_mchid=${provider}`)
    expect(detail.body).toMatchObject({ stop_time: '2026-01-01T08:00:00+08:00' })
  })
})

describe('the callback address', () => {
  const set = (body: object, mchid = provider) => call('/callbacks', { body, mchid })

  test('is none at first, then what was set, without a query', async () => {
    expect(await call(`/callbacks?mchid=${provider}`)).toMatchObject({ status: 404 })
    const notify_url = 'https://pay.example/notify'
    expect((await set({ mchid: provider, notify_url })).body).toMatchObject({ notify_url })
    expect((await call(`/callbacks?mchid=${provider}`)).body).toEqual({ notify_url, mchid: provider })
    expect((await set({ mchid: provider, notify_url: `${notify_url}?a=1` })).body.code).toBe('PARAM_ERROR')
    expect((await set({ mchid: provider })).body.message).toBe('回调url不能为空')
    expect((await set({ notify_url })).body.message).toBe('回调商户不能为空')
  })

  test('is for the creator alone, and with the product', async () => {
    const notify_url = 'https://pay.example/notify'
    expect((await set({ mchid: sender, notify_url }, sender)).body.message).toBe('调用商户无权限')
    expect((await set({ mchid: sender, notify_url })).body.message).toBe('调用商户无权限')
    providerAccount().products = []
    expect((await set({ mchid: provider, notify_url })).body.message).toBe('请开通回调通知产品权限')
  })
})

describe('a picture', () => {
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('--x\r\n\r\n picture')])
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

  function upload(options: { meta?: string; signed?: string; bytes?: Buffer; name?: string } = {}) {
    const { bytes = png, name = 'logo.png' } = options
    const meta = options.meta ?? JSON.stringify({ filename: name, sha256: sha256(bytes) })
    const head = `--b\r\nContent-Disposition: form-data; name="meta"\r\n\r\n${meta}\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`
    const rawBody = Uint8Array.from(Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b--\r\n')]))
    const headers = { 'Content-Type': 'multipart/form-data; boundary=b' }
    return call('/media/image-upload', { rawBody, signed: options.signed ?? meta, headers })
  }

  test('gets an address, always the same', async () => {
    const first = await upload()
    expect(first.body.media_url).toMatch(new RegExp(`/${provider}/${sha256(png)}\\.png$`))
    expect((await upload({ name: 'again.png' })).body).toEqual(first.body)
  })

  test('is refused with a signature over anything but meta, byte for byte', async () => {
    const meta = JSON.stringify({ filename: 'logo.png', sha256: sha256(png) })
    expect(await upload({ meta: meta.replace(':', ': '), signed: meta })).toMatchObject({ status: 401 })
    expect(await upload({ signed: '' })).toMatchObject({ status: 401, body: { code: 'SIGN_ERROR' } })
  })

  test('is refused by its hash, its kind and its size', async () => {
    const refused = [
      upload({ meta: JSON.stringify({ filename: 'logo.png', sha256: sha256(Buffer.from('x')) }) }),
      upload({ name: 'logo.gif' }),
      upload({ name: 'logo.jpg' }),
      upload({ bytes: Buffer.concat([png, Buffer.alloc(2 * 1024 * 1024)]) }),
      upload({ bytes: Buffer.alloc(0) }),
    ]
    for (const answer of await Promise.all(refused)) expect(answer.body.code).toBe('PARAM_ERROR')
    const json = await call('/media/image-upload', { body: {} })
    expect(json.body.code).toBe('PARAM_ERROR')
  })
})
