import { createPrivateKey, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createWorld, openidOf, type World, type WorldStock } from '../../sandbox/world.ts'
import { payCall, sendPath } from './pay-caller.ts'

const dayMs = 86_400_000
let sandbox: Sandbox
let world: World
let mchid: string
let provider: string
let kept = 0

beforeAll(async () => {
  world = createWorld({ bare: true })
  sandbox = await startSandbox({ port: 0, world, appUrl: 'http://localhost:9', keep: () => (kept += 1) })
  ;[mchid = '', provider = ''] = world.merchants[0]!.mchids
})
afterAll(() => sandbox.close())

/** Somebody's act, over HTTP; a refusal is its sentence. */
async function act<Result = object>(name: string, input: object): Promise<Result> {
  const init = { method: 'POST', body: JSON.stringify(input) }
  const answer = await fetch(`${sandbox.url}/sandbox/control/platform/${name}`, init)
  const body = (await answer.json()) as Result & { message?: string }
  return answer.ok ? body : (body.message as Result)
}

const spec = (change: object = {}) => ({
  creator: provider,
  name: '满30减10元券',
  no_cash: false,
  amount: 1000,
  threshold: 3000,
  total: 100,
  per_member: 2,
  begins_at: new Date(Date.now() - dayMs).toISOString(),
  ends_at: new Date(Date.now() + 30 * dayMs).toISOString(),
  senders: [mchid],
  goods_tag: ['MUTEX_STORE'],
  ...change,
})

async function send(stockId: string, outRequestNo: string): Promise<string> {
  const { officialAccount } = world.merchants[0]!
  const { appid } = officialAccount
  const body = { stock_id: stockId, out_request_no: outRequestNo, appid, stock_creator_mchid: provider }
  const answer = await payCall(sandbox.url, world, sendPath(openidOf(officialAccount, 'xiaohong')), { body, mchid })
  return `${answer.status} ${String(answer.body.message ?? 'sent')}`
}

test('from nothing to a coupon, step by step, as the people of provider, merchant and WeChat do it', async () => {
  expect(await act('make-stock', spec())).toBe(
    '服务商号还没有开通预充值代金券；服务商号没有跨商户号发券权限，不能设置可发券商户',
  )
  // 1, 2: the provider.
  expect(await act('open-product', { mchid: provider, product: 'prefunded' })).toMatchObject({
    products: ['prefunded'],
  })
  await act('open-product', { mchid: provider, product: 'prefunded' })
  expect(await act('open-product', { mchid: provider, product: 'cross_merchant' })).toContain('邮件')
  expect(await act('link-own-appid', { mchid: provider })).toMatchObject({
    appids: [expect.stringMatching(/^wx\w{16}$/)],
  })
  // 3: the merchant asks, the owner of the Official Account confirms.
  const { appid } = world.merchants[0]!.officialAccount
  expect(await act('answer-appid', { mchid, appid, answer: 'confirm' })).toContain('没有待关联的商户号')
  expect(await act('ask-appid', { mchid, appid })).toMatchObject({ askedAppids: [appid], appids: [] })
  expect(await act('answer-appid', { mchid, appid, answer: 'refuse' })).toMatchObject({ askedAppids: [], appids: [] })
  await act('ask-appid', { mchid, appid })
  expect(await act('answer-appid', { mchid, appid, answer: 'confirm' })).toMatchObject({ appids: [appid] })
  expect(await act('ask-appid', { mchid, appid })).toBe('这个 AppID 已经关联')
  // 4: WeChat refuses first.
  const application = { creator: provider, senders: [mchid], reason: '会员营销' }
  const first = await act<{ id: string }>('file-application', application)
  expect(await act('answer-application', { id: first.id, answer: 'refuse' })).toMatchObject({ state: 'refused' })
  expect(world.accounts.map((account) => account.products)).toEqual([['prefunded'], []])
  const second = await act<{ id: string }>('file-application', application)
  expect(await act('answer-application', { id: second.id, answer: 'grant' })).toMatchObject({ state: 'granted' })
  expect(await act('answer-application', { id: second.id, answer: 'refuse' })).toBe('没有等待处理的申请')
  // 6, 7
  const certificate = await act<{ certificate: string; privateKey: string }>('make-certificate', { mchid })
  expect(new X509Certificate(certificate.certificate).checkPrivateKey(createPrivateKey(certificate.privateKey))).toBe(
    true,
  )
  expect(await act('set-api-v3-key', { mchid, key: 'short' })).toContain('必须正好 32 位')
  await act('set-api-v3-key', { mchid, key: '0123456789abcdefABCDEF0123456789' })
  expect(await act('set-key-mode', { mchid, mode: 'public_key' })).toMatchObject({ keyMode: 'public_key' })
  expect(merchantFile(world)).toMatchObject({
    accounts: [
      { mchid, api_v3_key: '0123456789abcdefABCDEF0123456789', public_key_id: world.platform.publicKeyId },
      {},
    ],
  })
  // 9, 10
  const stock = await act<WorldStock>('make-stock', spec())
  expect(stock).toMatchObject({ status: 'unactivated', senders: [mchid], goods_tag: ['MUTEX_STORE'] })
  expect(await send(stock.stock_id, 'n-1')).toBe('400 活动已结束或未激活')
  expect(await act('activate-stock', { stock_id: stock.stock_id })).toBe('余额不足，请先给服务商号充值')
  expect(await act('top-up', { mchid: provider, amount: 150_000 })).toMatchObject({ balance: 150_000 })
  expect(await act('activate-stock', { stock_id: stock.stock_id })).toMatchObject({
    status: 'running',
    locked: 100_000,
  })
  expect(await send(stock.stock_id, 'n-1')).toBe('200 sent')
  expect(sandbox.control.stock(stock.stock_id).distributed_coupons).toBe(1)
  expect(kept).toBeGreaterThan(10)
})

describe('a stock', () => {
  const make = async (change: object = {}) => (await act<WorldStock>('make-stock', spec(change))).stock_id

  test('is paused, goes on, and is stopped for good, which frees the money', async () => {
    await act('top-up', { mchid: provider, amount: 100_000 })
    const stock_id = await make()
    await act('activate-stock', { stock_id })
    const money = sandbox.control.state.world.accounts.find((account) => account.mchid === provider)!
    expect(money.balance).toBe(50_000)
    expect(await act('pause-stock', { stock_id })).toMatchObject({ status: 'paused' })
    expect(await act('pause-stock', { stock_id })).toBe('批次现在的状态不能这样操作')
    expect(await send(stock_id, 'p-1')).toBe('400 活动已结束或未激活')
    expect(await act('restart-stock', { stock_id })).toMatchObject({ status: 'running' })
    expect(await act('stop-stock', { stock_id })).toMatchObject({ status: 'stoped' })
    expect(money.balance).toBe(150_000)
    expect(await act('restart-stock', { stock_id })).toBe('批次现在的状态不能这样操作')
  })

  test('gets another sender later, ten at most, and only if it was made with 跨商户发券', async () => {
    const stock_id = await make({ senders: [] })
    expect(await act('add-sender', { stock_id, mchid })).toMatchObject({ senders: [mchid] })
    expect(await act('add-sender', { stock_id, mchid })).toBe('这个商户已经可以发券')
    sandbox.control.changeStock(stock_id, { senders: Array.from({ length: 10 }, (_, index) => String(index)) })
    expect(await act('add-sender', { stock_id, mchid })).toContain('最多 10 个')
    sandbox.control.changeStock(stock_id, { senders: null })
    expect(await act('add-sender', { stock_id, mchid })).toContain('不支持跨商户发券')
  })

  test('that is 免充值 needs the product, the invitation and its acceptance', async () => {
    const invitation = { provider, merchant: mchid }
    expect(await act('invite', invitation)).toBe('服务商号还没有开通免充值代金券')
    expect(await act('make-stock', spec({ no_cash: true }))).toContain('服务商号还没有开通免充值代金券')
    await act('open-product', { mchid: provider, product: 'no_prefund' })
    expect(await act('make-stock', spec({ no_cash: true }))).toContain('可用商户不符合规则')
    expect(await act('answer-invitation', { ...invitation, answer: 'accept' })).toContain('没有待处理的邀请')
    await act('invite', invitation)
    expect(await act('answer-invitation', { ...invitation, answer: 'refuse' })).toMatchObject({ state: 'refused' })
    await act('invite', invitation)
    expect(await act('answer-invitation', { ...invitation, answer: 'accept' })).toMatchObject({ state: 'accepted' })
    expect(await act('invite', invitation)).toBe('商户已经接受邀请')
    expect(world.invitations).toHaveLength(1)
    const stock_id = await make({ no_cash: true })
    expect(await act('activate-stock', { stock_id })).toMatchObject({ status: 'running', no_cash: true })
  })

  test.each([
    [{ name: '名字里有,逗号' }, '批次名称不能有'],
    [{ name: '一二三四五六七八九十' }, '最多 9 个汉字'],
    [{ amount: 50 }, '面额要在 1 元到 1000 元之间'],
    [{ threshold: 1000 }, '使用门槛要大于面额'],
    [{ total: 4 }, '发放总量'],
    [{ per_member: 61 }, '每人限领'],
    [{ budget_by_day: 999 }, '单天预算'],
    [{ ends_at: new Date(Date.now() + 90 * dayMs).toISOString() }, '最长 90 天'],
    [{ ends_at: 'tomorrow' }, '请填写可用时间'],
    [{ day_begins: '25:00' }, '可用时段写成'],
    [{ days_after_receipt: 3, week_days: [1] }, '只能选一种'],
    [{ goods_tag: ['门店'] }, '订单优惠标记只能用'],
    [{ senders: Array.from({ length: 11 }, () => mchid) }, '最多 10 个'],
    [{ senders: ['1'] }, '不存在的商户号'],
    [{ mini_program: { appid: 'wx1', path: '' } }, '跳转小程序'],
  ])('is not made with %j', async (change, sentence) => {
    expect(await act('make-stock', spec(change))).toContain(sentence)
  })

  test('keeps its rules for days, hours, scenes, payment methods and goods', async () => {
    const rules = {
      week_days: [1, 2],
      day_begins: '09:00',
      day_ends: '21:30',
      excluded_goods: ['sku1'],
      mini_program: { appid: 'wx0123456789abcdef', path: 'pages/index' },
      limit_pay: 'ICBC_CREDIT',
      combinable: false,
      scenes: ['CARD', 'OTHER'],
      budget_by_day: 5000,
      natural_person_limit: true,
      prevent_api_abuse: true,
    }
    expect(await act('make-stock', spec(rules))).toMatchObject({
      fix_available_time: { available_week_day: [1, 2], begin_time: 32_400, end_time: 77_459 },
      unavailable_items: ['sku1'],
      jump_target: { mini_program_appid: 'wx0123456789abcdef', mini_program_path: 'pages/index' },
      limit_pay: ['ICBC_CREDIT'],
      combine_use: false,
      trade_type: ['CARD', 'OTHER'],
      max_amount_by_day: 5000,
      natural_person_limit: true,
      prevent_api_abuse: true,
    })
  })
})

test('a number has three certificates at most, and only known products, modes and numbers', async () => {
  await act('make-certificate', { mchid })
  await act('make-certificate', { mchid })
  expect(await act('make-certificate', { mchid })).toContain('最多有 3 张')
  expect(await act('open-product', { mchid, product: 'gold' })).toBe('没有产品 gold')
  expect(await act('set-key-mode', { mchid, mode: 'none' })).toBe('没有这种验签方式')
  expect(await act('make-certificate', { mchid: '1' })).toBe('没有商户号 1')
  expect(await act('link-own-appid', { mchid })).toContain('不是服务商')
  expect(await act('fly', {})).toBe('nobody can fly')
})

test('the Official Account’s settings take what WeChat takes', async () => {
  expect(await act('set-web-domains', { slug: 'demo', domains: ['http://a.cn'] })).toContain('不要写 http://')
  expect(await act('set-web-domains', { slug: 'demo', domains: ['a.cn', 'b.cn', 'c.cn'] })).toBe('最多 2 个域名')
  await act('set-web-domains', { slug: 'demo', domains: ['localhost', ''] })
  await act('set-allowed-ips', { slug: 'demo', ips: ['10.0.0.1'] })
  expect(world.merchants[0]!.officialAccount).toMatchObject({ webAuthDomains: ['localhost'], allowedIps: ['10.0.0.1'] })
  expect(await act('set-menu', { slug: 'demo', campaign: 'summer' })).toMatchObject({
    campaigns: { link: { slug: 'summer' } },
  })
  expect(await act('set-menu', { slug: 'demo', campaign: 'Sommer!' })).toContain('活动代号')
})

test('another merchant opens under the same provider or under a new one', async () => {
  const second = await act('new-merchant', { name: '街角咖啡', provider })
  expect(second).toMatchObject({ slug: 'shop-2', name: '街角咖啡', mchids: [String(Number(mchid) + 1), provider] })
  const third = await act('new-merchant', { slug: 'cafe' })
  expect(third).toMatchObject({ slug: 'cafe', mchids: [String(Number(mchid) + 2), String(Number(provider) + 1)] })
  expect(await act('new-merchant', { slug: 'cafe' })).toBe('代号 cafe 已经有了')
  const steps = await fetch(`${sandbox.url}/sandbox/control/merchants/cafe/steps`)
  expect(await steps.json()).toHaveLength(12)
  const listed = await fetch(`${sandbox.url}/sandbox/control/merchants/cafe/file`)
  expect(await listed.json()).toMatchObject({ slug: 'cafe', accounts: [{ role: 'sender' }, { role: 'provider' }] })
})
