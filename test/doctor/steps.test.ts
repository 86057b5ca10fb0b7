import { expect, test } from 'vitest'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { claim } from '../../src/claims/claim.ts'
import { examine } from '../../src/doctor/examine.ts'
import type { Finding } from '../../src/doctor/findings.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import { keepByHand } from '../../src/onboarding/keep.ts'
import { steps } from '../../src/onboarding/steps.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

type File = { accounts: Record<string, unknown>[] }

const stepsIn = (findings: Finding[]) => findings.filter(({ check }) => check.startsWith('step_'))

async function examined(shop: SandboxShop, merchant = shop.merchant): Promise<Record<number, Finding>> {
  const found = stepsIn(await examine(shop.services, merchant))
  return Object.fromEntries(found.map((finding, index) => [index + 1, finding]))
}

const said = { day: '20261101', by: 'command line' }

/** A merchant whose file gives its provider this appid, or none. */
async function withProviderAppid(shop: SandboxShop, appid: string | undefined) {
  const file = structuredClone(merchantFile(shop.world)) as File
  Object.assign(file.accounts[1]!, { appid })
  await applyMerchant(shop.services, file)
  return (await shop.services.catalog.merchant('demo'))!
}

test.each(['certificate', 'public_key'] as const)(
  'all twelve steps stand in the report, in their order and by their names (%s)',
  async (keyMode) => {
    await using shop = await openShop({ wechat: 'sandbox', redis: false, world: { keyMode } })
    const found = stepsIn(await examine(shop.services, shop.merchant))
    expect(found.map(({ check }) => check)).toEqual(
      Array.from({ length: 12 }, (_, index) => `step_${String(index + 1).padStart(2, '0')}`),
    )
    for (const [index, { message, ok, cure }] of found.entries()) {
      expect(message.startsWith(`${steps[index]!.name}：`), message).toBe(true)
      expect(ok, message).toBe(true)
      if (/未确认|还没有/.test(message)) expect(cure).not.toBe('')
    }
  },
)

test('what WeChat gives no test for is unconfirmed, and never wanting', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  const found = await examined(shop, await withProviderAppid(shop, undefined))
  expect(found[2]).toMatchObject({ ok: true, message: expect.stringContaining('未确认') as string })
  expect(found[4]).toMatchObject({ ok: true, message: expect.stringContaining('未确认') as string })
  expect(found[5]).toMatchObject({ ok: true, message: expect.stringContaining('不需要') as string, cure: '' })
  expect(found[11]?.message).toContain('已导入 3 个批次')
  expect(found[12]).toMatchObject({ ok: true, message: '发布活动：还没有发布活动' })
})

test('after the first coupon no step is open', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  const campaign = await shop.campaign()
  const { services, merchant } = shop
  await claim(services, { merchant, campaign, openid: shop.member('xiaoming'), claimKey: 'first' })
  const found = await examined(shop)
  const open = Object.entries(found).filter(([, { message }]) => !/已完成|不需要/.test(message))
  expect(open).toEqual([])
  expect(found[4]?.message).toContain('已发出预充值批次')
})

test("a refused send shows as step 4 and step 9 with WeChat's words and what to do", async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  const { services, merchant, world, sandbox } = shop
  const { stockId } = world.merchants[0]!.campaigns.link
  const { senders } = world.stocks.find(({ stock_id }) => stock_id === stockId)!
  sandbox.control.changeStock(stockId, { senders: [] })
  const campaign = await shop.campaign()
  await claim(services, { merchant, campaign, openid: shop.member('xiaoming'), claimKey: 'first' })
  const unreadable = await examined(shop)
  expect(unreadable[9]).toMatchObject({ ok: false, message: expect.stringContaining('查询不到') as string })
  // It can be read again, but only the next coupon tells that it can be sent.
  sandbox.control.changeStock(stockId, { senders })
  const found = await examined(shop)
  for (const number of [4, 9]) {
    expect(found[number]).toMatchObject({ ok: false, message: expect.stringContaining('商户无权发券') as string })
    expect(found[number]?.cure).toContain('可发券商户')
  }
})

test('a step that was asked for waits, and one that was refused by hand is wanting', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  const { services } = shop
  const merchant = await withProviderAppid(shop, undefined)
  await keepByHand(services, merchant.id, { step: 4, state: 'asked', ...said })
  await keepByHand(services, merchant.id, { step: 2, state: 'refused', ...said })
  await keepByHand(services, merchant.id, { step: 5, state: 'granted', ...said })
  const found = await examined(shop, merchant)
  expect(found[4]).toMatchObject({ ok: true, message: '申请跨商户号发券：已申请，等待结果（2026-11-01，人工填写）' })
  expect(found[2]).toMatchObject({ ok: false, message: expect.stringContaining('被拒绝') as string })
  expect(found[5]).toMatchObject({ ok: true, message: '邀请商户开通免充值代金券：已完成（2026-11-01，人工填写）' })
})

test('what is said by hand of a tested step does not hide what the test finds', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  const { services, merchant, world } = shop
  await keepByHand(services, merchant.id, { step: 3, state: 'granted', ...said })
  world.accounts[0]!.appids = []
  const found = await examined(shop)
  expect(found[3]).toMatchObject({ ok: false, message: expect.stringContaining('APPID_MCHID_NOT_MATCH') as string })
  await keepByHand(services, merchant.id, { step: 8, state: 'refused', ...said })
  expect((await examined(shop))[8]).toMatchObject({ ok: true })
})

test.each(['certificate', 'public_key'] as const)(
  "a provider's appid is tested with the provider's own keys (%s)",
  async (keyMode) => {
    await using shop = await openShop({ wechat: 'sandbox', redis: false, world: { keyMode } })
    const provider = shop.world.accounts.find(({ role }) => role === 'provider')!
    const appid = 'wxab12ab12ab12ab12'
    const merchant = await withProviderAppid(shop, appid)
    provider.appids = []
    expect((await examined(shop, merchant))[2]).toMatchObject({
      ok: false,
      message: expect.stringContaining(`服务商 AppID ${appid} 没有关联`) as string,
    })
    provider.appids = [appid]
    expect((await examined(shop, merchant))[2]).toMatchObject({
      ok: true,
      message: expect.stringContaining('已关联') as string,
    })
    shop.sandbox.control.setFault({ fault: 'html_502' })
    expect((await examined(shop, merchant))[2]?.message).toContain('未能检查')
  },
)

test("a provider's broken keys are no fault of the merchant's step 6", async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  await shop.services.db.updateTable('accounts').set({ serial_no: 'A0' }).where('role', '=', 'provider').execute()
  shop.services.catalog.forget()
  const merchant = (await shop.services.catalog.merchant('demo'))!
  const all = await examine(shop.services, merchant)
  expect(all.find(({ check, ok }) => check === 'keys' && !ok)).toBeDefined()
  expect(stepsIn(all)[5]).toMatchObject({ ok: true })
})
