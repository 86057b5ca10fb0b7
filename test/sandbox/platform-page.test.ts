import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { load } from 'cheerio'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createWorld, openidOf, type World } from '../../sandbox/world.ts'
import { payCall, sendPath } from './pay-caller.ts'

let sandbox: Sandbox
let world: World

beforeAll(async () => {
  world = createWorld({ bare: true })
  sandbox = await startSandbox({ port: 0, world, appUrl: 'http://localhost:9' })
})
afterAll(() => sandbox.close())

async function open(path = '/sandbox/platform') {
  const answer = await fetch(sandbox.url + path)
  return { status: answer.status, $: load(await answer.text()) }
}

/** A person on the page: submits the form that has the button, with some fields filled in. */
async function press(label: string, fields: Record<string, string> = {}, path?: string) {
  const { $ } = await open(path)
  const button = $('button')
    .filter((_, each) => ($(each).attr('aria-label') ?? $(each).text()) === label)
    .first()
  const form = button.closest('form')
  if (form.length === 0) throw new Error(`the page has no button ${label}`)
  const body = new URLSearchParams([
    ...form
      .serializeArray()
      .map(({ name, value }) => [name, value] as [string, string])
      .filter(([name]) => !(name in fields)),
    ...Object.entries(fields),
  ])
  const answer = await fetch(sandbox.url + form.attr('action')!, { method: 'POST', body, redirect: 'manual' })
  return {
    status: answer.status,
    location: answer.headers.get('location') ?? '',
    refusal: load(await answer.text())('.refusal')
      .text()
      .trim(),
  }
}

async function states(path?: string): Promise<string[]> {
  const { $ } = await open(path)
  return $('.step > header .badge')
    .toArray()
    .map((badge) => $(badge).text())
}

test('from nothing to the first coupon, by pressing the buttons of the page in their order', async () => {
  expect(await states()).toEqual([
    '未开通',
    '未关联',
    '未关联',
    '未申请',
    '未邀请',
    '没有证书',
    '未设置',
    '还没有成功的调用',
    '没有商户可发的批次',
    '没有运营中的批次',
    '还没有查询过批次',
    '还没有发过券',
  ])
  expect((await press('开通预充值代金券')).location).toBe('/sandbox/platform?merchant=demo#step-1')
  await press('关联 AppID')
  await press('商户：发起关联')
  expect((await states())[2]).toBe('等公众号确认')
  await press('公众号：授权')
  await press('服务商：发出邮件')
  expect((await states())[3]).toBe('微信处理中')
  await press('微信：批准')
  const [mchid = '', provider = ''] = world.merchants[0]!.mchids
  await press(`申请证书 ${mchid}`)
  expect(await press('设置', { key: 'too short' })).toMatchObject({
    status: 422,
    refusal: 'APIv3 密钥必须正好 32 位，只能是字母和数字（现在是 9 位）',
  })
  await press('设置', { key: randomBytes(16).toString('hex') })
  await press('保存', { domains: 'localhost' })
  const refused = await press('创建（未激活）', { per_member: '61', name: '' })
  expect(refused).toMatchObject({ status: 422, refusal: expect.stringContaining('请填写批次名称') })
  await press('创建（未激活）')
  const [stock] = world.stocks
  expect(stock).toMatchObject({
    stock_name: '满30减10元券',
    coupon_amount: 1000,
    transaction_minimum: 3000,
    senders: [mchid],
    goods_tag: ['MUTEX_STORE', 'MUTEX_ONLINE', 'NO_MUTEX_STORE', 'NO_MUTEX_ONLINE'],
    status: 'unactivated',
  })
  const activate = `激活批次 ${stock!.stock_id}`
  expect((await press(activate)).refusal).toBe('余额不足，请先给服务商号充值')
  await press('充值', { yuan: '1000' })
  await press(activate)
  expect((await states()).slice(8, 10)).toEqual(['1 个批次可由商户发放', '1 个运营中'])

  const { officialAccount } = world.merchants[0]!
  const detail = `/v3/marketing/favor/stocks/${stock!.stock_id}?stock_creator_mchid=${provider}`
  expect((await payCall(sandbox.url, world, detail)).status).toBe(200)
  const body = {
    stock_id: stock!.stock_id,
    out_request_no: 'first',
    appid: officialAccount.appid,
    stock_creator_mchid: provider,
  }
  await payCall(sandbox.url, world, sendPath(openidOf(officialAccount, 'xiaoli')), { body })
  expect((await states()).slice(7)).toEqual([
    '接口已连通',
    '1 个批次可由商户发放',
    '1 个运营中',
    '已查询过批次',
    '已发 1 张',
  ])
  expect((await open()).$('.counts').text()).toBe('已发 1 · 已用 0 · 总数 100')
})

test('what WeChat lets people download is real: certificate, key, both in a zip, and the merchant file', async () => {
  const { $ } = await open()
  const download = async (name: string) => {
    const href = $(`a[href$="${name}"]`).first().attr('href')!
    const answer = await fetch(sandbox.url + href)
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`)
    return Buffer.from(await answer.arrayBuffer())
  }
  const certificate = await download('apiclient_cert.pem')
  const key = await download('apiclient_key.pem')
  expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))).toBe(true)
  const zip = unzipSync(await download('apiclient.zip'))
  expect(Buffer.from(zip['apiclient_key.pem']!).equals(key)).toBe(true)
  const file = JSON.parse((await download('merchant.json')).toString()) as { accounts: object[] }
  expect(file.accounts[0]).toMatchObject({ certificate: certificate.toString(), api_v3_key: expect.any(String) })
  const missing = await fetch(
    `${sandbox.url}/sandbox/platform/files/${world.merchants[0]!.mchids[1]}/apiclient_key.pem`,
  )
  expect(missing.status).toBe(404)
  expect((await open('/sandbox/platform/files/nobody/pub_key.pem')).status).toBe(404)
})

test('a number in public key mode shows its id and the key', async () => {
  await press('切换', { mode: 'public_key' })
  const { $ } = await open()
  expect($('#step-7').text()).toContain(world.platform.publicKeyId)
  const pem = await fetch(sandbox.url + $('a[href$="pub_key.pem"]').attr('href')!)
  expect(await pem.text()).toBe(world.platform.publicKey)
})

describe('a new merchant', () => {
  test('has a page, a phone and members of its own', async () => {
    const opened = await press('开户', { name: '街角咖啡', provider: '' })
    expect(opened.location).toBe('/sandbox/platform?merchant=shop-2#step-0')
    expect((await states('/sandbox/platform?merchant=shop-2')).slice(0, 3)).toEqual(['未开通', '未关联', '未关联'])
    const { $ } = await open('/?merchant=shop-2')
    expect($('.chat-bar h2').text()).toBe('街角咖啡')
    expect($('.menu a:contains("领券")').attr('href')).toBe('http://localhost:9/m/shop-2/c/welcome')
    await press('保存菜单', { campaign: 'first-cup' }, '/sandbox/platform?merchant=shop-2')
    expect((await open('/?merchant=shop-2')).$('.menu a:contains("领券")').attr('href')).toContain(
      '/m/shop-2/c/first-cup',
    )
    expect((await open('/')).$('.guide a.other').attr('href')).toBe('/?merchant=shop-2')
  })

  test('is paid and opens cards in its own name', async () => {
    const submit = async (path: string, fields: object) => {
      const body = new URLSearchParams({ merchant: 'shop-2', ...fields })
      const answer = await fetch(sandbox.url + path, { method: 'POST', body, redirect: 'manual' })
      return answer.headers.get('location')
    }
    const merchant = world.merchants[1]!
    const openid = openidOf(merchant.officialAccount, 'xiaoming')
    expect(await submit('/sandbox/payment', { yuan: '20', told_by: 'nobody' })).toContain(
      'http://localhost:9/m/shop-2/',
    )
    expect(sandbox.control.orders().at(-1)).toMatchObject({
      openid,
      appid: merchant.officialAccount.appid,
      mchid: merchant.mchids[0],
    })
    expect(await submit('/sandbox/card', {})).toContain(`/m/shop-2/card-opened?card_id=${merchant.card.cardId}`)
    expect(await submit('/sandbox/member', { member: 'xiaoli' })).toBe('/?merchant=shop-2')
  })
})

test('the page can be narrowed to one platform', async () => {
  const { $ } = await open('/sandbox/platform?merchant=demo&as=official')
  expect(
    $('.step .number')
      .toArray()
      .map((number) => $(number).text()),
  ).toEqual(['3', '8', '12'])
  expect((await open('/sandbox/platform?as=nobody')).$('.step')).toHaveLength(12)
})

test('other sites, and acts that nobody can do, change nothing', async () => {
  const post = (path: string, origin: string) =>
    fetch(`${sandbox.url}/sandbox/platform/${path}`, { method: 'POST', headers: { origin }, body: '' })
  expect((await post('new-merchant', 'https://example.com')).status).toBe(403)
  expect((await post('fly', sandbox.url)).status).toBe(404)
  expect(world.merchants).toHaveLength(2)
})
