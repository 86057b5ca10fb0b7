import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCertificate } from '../../sandbox/certificate.ts'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { stepStates } from '../../sandbox/platform/steps.ts'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import {
  createWorld,
  openidOf,
  worldFromJson,
  worldToJson,
  type World,
  type WorldAccount,
} from '../../sandbox/world.ts'
import { demoStocks } from '../../sandbox/demo-stocks.ts'
import { payCall, sendBody, sendPath } from './pay-caller.ts'

let sandbox: Sandbox
let world: World
let sender: WorldAccount
let provider: WorldAccount
let openid: string

beforeAll(async () => {
  world = createWorld({ bare: true })
  sandbox = await startSandbox({ port: 0, world, appUrl: 'http://localhost:9' })
  sender = world.accounts.find((account) => account.role === 'sender')!
  provider = world.accounts.find((account) => account.role === 'provider')!
  openid = openidOf(world.merchants[0]!.officialAccount, 'xiaoming')
})
afterAll(() => sandbox.close())

test('on the first day a provider and a merchant have nothing but their numbers', () => {
  for (const account of [sender, provider]) {
    expect(account).toMatchObject({ products: [], appids: [], certificates: [], apiV3Key: '' })
  }
  expect(world.stocks).toEqual([])
  expect(world.invitations).toEqual([])
  expect(world.applications).toBeUndefined()
  expect(world.merchants[0]!.officialAccount.webAuthDomains).toEqual([])
  expect(merchantFile(world)).toMatchObject({
    accounts: [
      { mchid: sender.mchid, role: 'sender' },
      { mchid: provider.mchid, role: 'provider' },
    ],
  })
  expect(worldFromJson(worldToJson(world))).toEqual(world)
})

test('one thing after the other is missing until the first coupon', async () => {
  const key = createCertificate({ commonName: sender.mchid, from: new Date(Date.now() - 1000) })
  const [stock] = demoStocks({ ...world.merchants[0]!, mchids: [provider.mchid] }, provider.mchid, new Date())
  Object.assign(stock!, { stock_id: '77', senders: null, no_cash: true })
  let count = 0
  const send = async (outRequestNo = `n-${++count}`) => {
    const appid = world.merchants[0]!.officialAccount.appid
    const body = { stock_id: '77', out_request_no: outRequestNo, appid, stock_creator_mchid: provider.mchid }
    const caller = { ...world, accounts: [{ ...sender, certificates: [key] }] }
    const answer = await payCall(sandbox.url, caller, sendPath(openid), { body, mchid: sender.mchid })
    return `${answer.status} ${String(answer.body.code)} ${String(answer.body.message)}`
  }
  expect(await send()).toBe('401 SIGN_ERROR 商户证书序列号有误，请使用签名私钥匹配的证书序列号')
  sender.certificates.push(key)
  expect(await send()).toBe('401 SIGN_ERROR 商户未设置加密的密钥，请先设置APIv3密钥')
  sender.apiV3Key = 'A'.repeat(32)
  expect(await send()).toBe('400 APPID_MCHID_NOT_MATCH 商户号与appid不匹配')
  sender.appids.push(world.merchants[0]!.officialAccount.appid)
  expect(await send()).toBe('404 RESOURCE_NOT_EXISTS 批次不存在')
  world.stocks.push(stock!)
  const notCross = '403 REQUEST_BLOCKED 批次不支持跨商户发券'
  expect(await send()).toBe(notCross)
  stock!.senders = []
  expect(await send()).toBe(notCross)
  provider.products!.push('cross_merchant')
  expect(await send()).toBe(notCross)
  sender.products!.push('cross_merchant')
  expect(await send()).toBe('403 REQUEST_BLOCKED 商户无权发券')
  stock!.senders = [sender.mchid]
  expect(await send()).toBe('403 NO_AUTH 商户暂无权限使用此功能，请开通产品权限')
  world.invitations!.push({ provider: provider.mchid, merchant: sender.mchid, state: 'accepted' })
  expect(await send()).toBe('200 undefined undefined')
  expect(sandbox.control.stock('77')).toMatchObject({ distributed_coupons: 1, used_coupons: 0 })
})

test('nothing is told of a use before the creator has the product and a key, and then at the address that it has set', async () => {
  const { appid } = world.merchants[0]!.officialAccount
  sandbox.control.addOrder({
    openid,
    total: 5000,
    appid,
    mchid: sender.mchid,
    goodsTag: 'MUTEX_STORE',
    useCoupon: true,
  })
  expect(sandbox.control.stock('77').used_coupons).toBe(1)
  const [coupon] = sandbox.control.coupons(openid)
  const tell = () => sandbox.control.push({ kind: 'coupon_use', couponId: coupon!.couponId })
  expect((await tell()).attempts).toEqual([])
  provider.apiV3Key = 'B'.repeat(32)
  expect((await tell()).attempts).toEqual([])
  provider.products!.push('marketing_events')
  expect((await tell()).url).toBe(`http://localhost:9/notify/demo/pay/${provider.mchid}`)
  provider.notifyUrl = 'http://127.0.0.1:9/elsewhere'
  expect(await tell()).toMatchObject({ url: 'http://127.0.0.1:9/elsewhere', attempts: [{}] })
})

test('a member logs in once the Official Account has a domain for it', async () => {
  const { appid } = world.merchants[0]!.officialAccount
  const query = new URLSearchParams({
    appid,
    redirect_uri: 'http://localhost:9/m/demo/login',
    response_type: 'code',
    scope: 'snsapi_base',
    state: 'a',
  })
  const login = async () => {
    const answer = await fetch(`${sandbox.url}/connect/oauth2/authorize?${query}`, { redirect: 'manual' })
    return answer.status === 302 ? 'in' : await answer.text()
  }
  expect(await login()).toContain('redirect_uri 域名与后台配置不一致')
  world.merchants[0]!.officialAccount.webAuthDomains.push('localhost')
  expect(await login()).toBe('in')
})

test('in a world that was kept before all this everything is open, also beside a merchant that has nothing', async () => {
  const kept = worldFromJson(worldToJson(createWorld()))
  expect(Object.keys(kept).toSorted()).toEqual(['accounts', 'members', 'merchants', 'platform', 'stocks', 'version'])
  await using old = await openSandbox(kept)
  old.control.act('new-merchant', { provider: kept.merchants[0]!.mchids[1]! })
  old.control.changeStock(kept.stocks[0]!.stock_id, { no_cash: true })
  const to = sendPath(openidOf(kept.merchants[0]!.officialAccount, 'xiaoming'))
  expect((await payCall(old.url, kept, to, { body: sendBody(kept, 'k-1') })).status).toBe(200)
  const states = stepStates(old.control.state, kept.merchants[0]!).map(({ state }) => state)
  expect(states.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'done'))
  const ofNew = stepStates(old.control.state, kept.merchants[1]!).map(({ state }) => state)
  expect(ofNew).toEqual(['done', 'done', ...Array.from({ length: 10 }, () => 'open')])
})

async function openSandbox(of: World): Promise<Sandbox & AsyncDisposable> {
  const started = await startSandbox({ port: 0, world: of })
  return Object.assign(started, { [Symbol.asyncDispose]: () => started.close() })
}
