import { expect, test } from 'vitest'
import { claim } from '../../src/claims/claim.ts'
import { probeHalts } from '../../src/delivery/probes.ts'
import { keepByHand, keepEvidence } from '../../src/onboarding/keep.ts'
import { standingsOf } from '../../src/onboarding/standing.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import { movableClock } from '../support/clock.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

/** Answers of a WeChat that keeps its own rules move the steps. */

const minuteMs = 60_000

async function aTap(shop: SandboxShop, id: string, kind: 'link' | 'card_open' = 'link') {
  const { stockId } = shop.world.merchants[0]!.campaigns[kind]
  const campaign = await shop.campaign({ coupons: [{ stock_id: stockId, count: 1 }] })
  const openid = shop.member(id)
  return claim(shop.services, { merchant: shop.merchant, campaign, openid, claimKey: `key-of-${id}` })
}

const stepOf = async ({ services, merchant }: SandboxShop, step: number) =>
  (await standingsOf(services.db, merchant.id)).now.get(step)

test.each(['certificate', 'public_key'] as const)(
  'a coupon that went out across merchants proves step 4 (%s)',
  async (keyMode) => {
    await using shop = await openShop({ wechat: 'sandbox', redis: false, world: { keyMode } })
    expect(await stepOf(shop, 4)).toBeUndefined()
    expect(await stepOf(shop, 11)).toMatchObject({ state: 'granted' })
    expect((await aTap(shop, 'xiaoming')).status).toBe('sent')
    const moved = await keepEvidence(shop.services.db, shop.merchant.id)
    expect(moved.map(({ step }) => step).toSorted((a, b) => a - b)).toEqual([1, 3, 4, 6, 8, 9, 10, 11, 12])
    expect(await stepOf(shop, 4)).toMatchObject({
      state: 'granted',
      source: 'evidence',
      by: 'system',
      day: beijingDay(shop.services.clock.now()),
      evidence: expect.stringMatching(
        /^商户号 \d+ 已发出预充值批次 \d+（制券商户号 \d+）的券（Request-ID \S+）$/,
      ) as string,
    })
    expect(await stepOf(shop, 5)).toBeUndefined()
  },
)

test('the same evidence is not written twice', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  await aTap(shop, 'xiaoming')
  await keepEvidence(shop.services.db, shop.merchant.id)
  await aTap(shop, 'xiaohong')
  expect(await keepEvidence(shop.services.db, shop.merchant.id)).toEqual([])
})

test("WeChat's 批次不支持跨商户发券 says that step 4 is missing, with its words, until a coupon goes out", async () => {
  const clock = movableClock()
  await using shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  const { stockId } = shop.world.merchants[0]!.campaigns.link
  const { senders } = shop.world.stocks.find(({ stock_id }) => stock_id === stockId)!
  shop.sandbox.control.changeStock(stockId, { senders: null })
  await aTap(shop, 'xiaoming')
  const missing = await stepOf(shop, 4)
  expect(missing).toMatchObject({ state: 'refused', source: 'evidence' })
  expect(missing?.evidence).toContain(`发批次 ${stockId}，微信答复：REQUEST_BLOCKED 批次不支持跨商户发券`)
  expect(missing?.evidence).toContain('Request-ID')
  expect(await stepOf(shop, 9)).toMatchObject({ state: 'refused' })
  await keepEvidence(shop.services.db, shop.merchant.id)

  clock.advance(minuteMs)
  shop.sandbox.control.changeStock(stockId, { senders })
  await probeHalts(shop.services)
  expect(await stepOf(shop, 4)).toMatchObject({ state: 'granted' })
  expect(await stepOf(shop, 9)).toMatchObject({ state: 'granted' })
})

test('what a person says stands against the refusal before it, and falls with the next one', async () => {
  const clock = movableClock()
  await using shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  const { services, merchant, world, sandbox } = shop
  sandbox.control.changeStock(world.merchants[0]!.campaigns.link.stockId, { senders: [] })
  await aTap(shop, 'xiaoming')
  clock.advance(minuteMs)
  const day = beijingDay(clock.now())
  const said = await keepByHand(services, merchant.id, { step: 4, state: 'granted', day, by: 'command line' })
  expect(said.was).toMatchObject({ state: 'refused', evidence: expect.stringContaining('商户无权发券') as string })
  expect(await keepEvidence(services.db, merchant.id)).toEqual([])
  expect(await stepOf(shop, 4)).toMatchObject({ state: 'granted', source: 'hand' })

  clock.advance(minuteMs)
  await probeHalts(services)
  expect(await stepOf(shop, 4)).toMatchObject({ state: 'refused', source: 'evidence' })
})

test('a stock that refuses does not take turns with one that gives', async () => {
  const clock = movableClock()
  await using shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  const { services, merchant, world, sandbox } = shop
  sandbox.control.changeStock(world.merchants[0]!.campaigns.link.stockId, { senders: null })
  await aTap(shop, 'xiaoming')
  clock.advance(minuteMs)
  expect((await aTap(shop, 'xiaohong', 'card_open')).status).toBe('sent')
  expect(await stepOf(shop, 4)).toMatchObject({ state: 'granted' })
  await keepEvidence(services.db, merchant.id)
  clock.advance(minuteMs)
  await probeHalts(services)
  expect(await stepOf(shop, 4)).toMatchObject({ state: 'granted' })
  // What this one stock lacks stays said.
  expect(await stepOf(shop, 9)).toMatchObject({ state: 'refused' })
})

test('a coupon of a stock that is not prefunded proves step 5, and nothing of step 1', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  await shop.services.db.updateTable('stocks').set({ no_cash: true }).execute()
  expect((await aTap(shop, 'xiaoming')).status).toBe('sent')
  expect(await stepOf(shop, 5)).toMatchObject({ state: 'granted' })
  expect(await stepOf(shop, 1)).toBeUndefined()
})
