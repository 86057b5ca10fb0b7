import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { claim } from '../../src/claims/claim.ts'
import { applyOpening } from '../../src/cards/apply-opening.ts'
import type { Services } from '../../src/services.ts'
import { importStock } from '../../src/stocks/import.ts'
import { syncStock } from '../../src/stocks/sync.ts'
import { openidOf } from '../../sandbox/world.ts'
import { aCampaign } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

let wired: SandboxShop
let campaign: Campaign
let stockId: string
let serial = 0
beforeAll(async () => void (wired = await openShop({ wechat: 'sandbox' })))
afterAll(() => wired[Symbol.asyncDispose]())

beforeEach(async () => {
  const { services, sandbox, merchant } = wired
  const { senders, stock_creator_mchid } = sandbox.world.stocks[0]!
  stockId = String(8_000_000 + (serial += 1))
  sandbox.control.addStock({
    stock_id: stockId,
    senders,
    stock_creator_mchid,
    goods_tag: ['MUTEX_STORE'],
    max_coupons: 2,
  })
  const stock = await importStock(services, merchant, { stockId, creatorMchid: stock_creator_mchid })
  campaign = await aCampaign(services, stock)
})

const someone = () => openidOf(wired.sandbox.world.merchants[0]!.officialAccount, String((serial += 1)))
/** As a request finds the campaign. */
const tap = async (openid = someone(), from: Services = wired.services) =>
  claim(from, {
    merchant: wired.merchant,
    campaign: (await from.catalog.campaignById(campaign.id))!,
    openid,
    claimKey: String((serial += 1)),
  })
const grants = () => wired.services.db.selectFrom('grants').selectAll().where('campaign_id', '=', campaign.id).execute()
const sync = async () => {
  const stock = await wired.services.catalog.stock(wired.merchant.id, stockId)
  return syncStock(wired.services, wired.merchant, stock!)
}

describe('a stock with two coupons left', () => {
  test('ten members tap at once: two have a coupon, eight hear that all is gone, and nobody is promised one', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => tap()))
    expect(answers.filter(({ status }) => status === 'sent')).toHaveLength(2)
    expect(answers.filter(({ reason }) => reason === 'sold_out')).toHaveLength(8)
    expect(await grants()).toHaveLength(2)
  })

  test('who has one is shown it when all is gone', async () => {
    const openid = someone()
    const { grantId } = await tap(openid)
    await tap()
    expect(await tap(openid)).toMatchObject({ reason: 'already_claimed', grantId })
  })

  test('a claim that takes nothing leaves them to others', async () => {
    const openid = someone()
    const { grantId, ...first } = await tap(openid)
    expect(first.status).not.toBe('refused')
    for (let time = 0; time < 5; time += 1) {
      expect(await tap(openid)).toMatchObject({ reason: 'already_claimed', grantId })
    }
    expect((await tap()).status).toBe('sent')
  })

  test('more coupons at WeChat are seen with the next sync', async () => {
    await Promise.all([tap(), tap()])
    expect(await tap()).toMatchObject({ reason: 'sold_out' })
    wired.sandbox.control.changeStock(stockId, { max_coupons: 3 })
    await sync()
    expect((await tap()).status).toBe('sent')
    expect(await tap()).toMatchObject({ reason: 'sold_out' })
  })

  test('another process, and one that begins after a sync found it exhausted, refuse before any send', async () => {
    const { services, sandbox } = wired
    await using other = await anotherProcess()
    await Promise.all([tap(), tap()])
    const [first, second] = [someone(), someone()]
    expect(await tap(first, other)).toMatchObject({ status: 'refused', reason: 'sold_out' })
    await sync()
    expect((await services.catalog.stock(wired.merchant.id, stockId))?.distributed_coupons).toBe(2)
    await using later = await anotherProcess()
    expect(await tap(second, later)).toMatchObject({ status: 'refused', reason: 'sold_out' })
    expect([first, second].flatMap((openid) => sandbox.control.coupons(openid))).toEqual([])
    expect(await grants()).toHaveLength(2)
  })

  test('what is owed counts as taken, what was refused does not', async () => {
    const { db } = wired.services
    await tap()
    await tap()
    await db.updateTable('coupons').set({ state: 'reserved', coupon_id: null, settled_at: null }).execute()
    await using other = await anotherProcess()
    expect(await tap(someone(), other)).toMatchObject({ reason: 'sold_out' })
    await db.updateTable('coupons').set({ state: 'refused' }).execute()
    // The two that WeChat refused are still there to be sent.
    wired.sandbox.control.changeStock(stockId, { max_coupons: 4 })
    await using later = await anotherProcess()
    expect(await tap(someone(), later)).toMatchObject({ status: 'sent' })
  })

  test('what a card earned is owed all the same: it comes when there are more', async () => {
    const { services, merchant } = wired
    await Promise.all([tap(), tap()])
    const stock = (await services.catalog.stock(merchant.id, stockId))!
    campaign = await aCampaign(services, stock, { kind: 'card_open' })
    const at = services.clock.now()
    const card = { source: 'event' as const, cardId: 'pCard', cardCode: '1', openid: someone() }
    const opened = { ...card, vouchedAt: at, activeAt: at }
    expect(await applyOpening(services, merchant, opened)).toMatchObject([{ awarded: { kind: 'granted' } }])
    expect(await tap(someone())).toMatchObject({ reason: 'not_eligible' })
  })
})

function anotherProcess() {
  const { databaseUrl, redisUrls, wechat, masterKeys } = wired.services.config
  return openTestServices({
    processName: String((serial += 1)),
    config: { databaseUrl, redisUrls, wechat, masterKeys },
  })
}
