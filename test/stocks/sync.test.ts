import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { claim } from '../../src/claims/claim.ts'
import { activeWarnings } from '../../src/alerts/warnings.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { importStock } from '../../src/stocks/import.ts'
import { syncStock } from '../../src/stocks/sync.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { runNow } from '../support/jobs.ts'
import { openShop } from '../support/shop.ts'

const minuteMs = 60_000

describe.each(['certificate', 'public_key'] as const)('with WeChat’s %s', async (keyMode) => {
  let offset = 0
  const clock = { now: () => new Date(Date.now() + offset) }
  const shop = await openShop({ wechat: 'sandbox', world: { keyMode }, clock })
  afterAll(() => shop[Symbol.asyncDispose]())
  const { services, sandbox } = shop
  let stock: Stock
  let campaign: Campaign
  let serial = 0

  beforeEach(async () => {
    const { senders, stock_creator_mchid } = shop.world.stocks[0]!
    const stock_id = String(7_000_000 + (serial += 1))
    sandbox.control.addStock({ stock_id, senders, stock_creator_mchid, goods_tag: ['MUTEX_STORE'] })
    stock = await importStock(services, shop.merchant, { stockId: stock_id })
    campaign = await shop.campaign({ coupons: [{ stock_id, count: 1 }], limits: { per_member: 1 } })
  })

  const atWechat = (change: Parameters<typeof sandbox.control.changeStock>[1]) =>
    sandbox.control.changeStock(stock.stock_id, change)
  const later = (minutes: number) => (offset += minutes * minuteMs)
  const tap = (openid: string) =>
    claim(services, { merchant: shop.merchant, campaign, openid: shop.member(openid), claimKey: `tap-${openid}` })
  const sends = () => sandbox.control.countCalls('send')
  const page = async () => (await shop.phoneOf(shop.member('reader')).get(`/m/demo/c/${campaign.slug}`)).text
  const kinds = async () => {
    const all = await activeWarnings(services.db, shop.merchant.id)
    return all.filter(({ subject }) => subject.endsWith(stock.stock_id)).map(({ kind }) => kind)
  }
  /** The job looks when the stock's turn has come. */
  const syncByItself = async () => {
    later(6)
    await runNow(services, 'stocks')
  }

  test('a stock that the provider paused says 活动暂停中 to members, sends nothing, and goes on by itself', async () => {
    atWechat({ status: 'paused' })
    await syncByItself()
    const before = sends()
    expect(await tap('early')).toMatchObject({ status: 'refused', reason: 'paused' })
    expect(sends()).toBe(before)
    expect(await page()).toContain('活动暂停中')
    expect(await kinds()).toEqual(['stock_paused'])

    atWechat({ status: 'running' })
    await syncByItself()
    expect(await tap('early')).toMatchObject({ status: 'sent' })
    expect(await kinds()).toEqual([])
  })

  test('a coupon that waits for a paused stock is sent as soon as a sync finds it running', async () => {
    atWechat({ status: 'paused' })
    expect(await tap('waiting')).toMatchObject({ status: 'pending' })
    await runNow(services, 'stocks')
    expect((await services.catalog.stockByRef(stock.id))!.status).toBe('paused')
    atWechat({ status: 'running' })
    await syncByItself()
    const halts = services.db.selectFrom('halts').select(['lifted_by']).where('stock_ref', '=', stock.id)
    expect(await halts.execute()).toEqual([{ lifted_by: 'sync' }])
  })

  test('a stock that others have used up is refused as 已被领完 before anything is sent', async () => {
    atWechat({ max_coupons: 1 })
    await tap('first')
    await syncByItself()
    const before = sends()
    expect(await tap('second')).toMatchObject({ status: 'refused', reason: 'sold_out' })
    expect(sends()).toBe(before)
    expect(await page()).toContain('优惠券已被领完')
    expect(await kinds()).toEqual(['stock_sold_out'])

    atWechat({ max_coupons: 5 })
    await syncByItself()
    expect(await tap('second')).toMatchObject({ status: 'sent' })
  })

  test('a stock whose window is over is refused as ended without a sync, since time alone ends it', async () => {
    const end = new Date(clock.now().getTime() + 10 * minuteMs).toISOString()
    atWechat({ available_end_time: end })
    await syncByItself()
    expect(await kinds()).toEqual(['stock_ends_soon'])
    expect(await tap('in-time')).toMatchObject({ status: 'sent' })
    later(11)
    services.catalog.forget()
    expect(await tap('too-late')).toMatchObject({ status: 'refused', reason: 'ended' })
    expect(await page()).toContain('活动已结束')
    await runNow(services, 'stocks')
    expect(await kinds()).toEqual(['stock_over'])
  })

  test('a stopped stock is over for good; one that is not yet activated has not begun', async () => {
    atWechat({ status: 'stoped' })
    await syncByItself()
    expect(await tap('one')).toMatchObject({ reason: 'ended' })
    expect(await kinds()).toEqual(['stock_stopped'])
    atWechat({ status: 'unactivated' })
    await syncByItself()
    expect(await tap('one')).toMatchObject({ reason: 'not_started' })
    expect(await kinds()).toEqual(['stock_not_active'])
  })

  test('changed limits are taken over, and the member’s own limit holds at once', async () => {
    atWechat({ max_coupons_per_user: 2, max_amount_by_day: 100_000, stock_name: '满30减10新' })
    await syncByItself()
    expect(await services.catalog.stockByRef(stock.id)).toMatchObject({
      name: '满30减10新',
      max_coupons_per_user: 2,
      max_amount_by_day: 100_000,
    })
  })

  test('a sync by hand of a running stock ends every halt of it at once, also one of the set-up', async () => {
    atWechat({ senders: [] })
    expect(await tap('held-up')).toMatchObject({ status: 'pending' })
    atWechat({ senders: shop.world.stocks[0]!.senders })
    await syncStock(services, shop.merchant, stock)
    const halts = services.db.selectFrom('halts').select(['cause', 'lifted_by']).where('stock_ref', '=', stock.id)
    expect(await halts.execute()).toEqual([{ cause: 'sender_not_listed', lifted_by: 'sync' }])
  })

  test('while WeChat refuses the sends of a stock that it calls running, syncs end no halt: probes find out', async () => {
    sandbox.control.setFault({ fault: 'not_started_or_ended', endpoint: 'send', stockId: stock.stock_id })
    expect(await tap('puzzled')).toMatchObject({ status: 'pending' })
    const before = sends()
    await runNow(services, 'stocks')
    await syncByItself()
    const halts = services.db.selectFrom('halts').select(['cause', 'lifted_by']).where('stock_ref', '=', stock.id)
    expect(await halts.execute()).toEqual([{ cause: 'stock_outside_window', lifted_by: null }])
    expect(sends()).toBe(before)
    sandbox.control.clearFaults()
  })

  test('a sender that may not read the stock leaves it to the creator’s keys', async () => {
    atWechat({ senders: [], max_coupons: 4321 })
    expect(await syncStock(services, shop.merchant, stock)).toMatchObject({ max_coupons: 4321 })
  })

  test('a stock that nobody can read is told after the third time, and keeps what was known', async () => {
    const file = merchantFile(shop.world) as { accounts: Record<string, unknown>[] }
    const bare = file.accounts.map((account) =>
      account.role === 'provider' ? { mchid: account.mchid, role: 'provider' } : account,
    )
    // Its cards of WeChat Pay need the provider's keys.
    await applyMerchant(services, { ...file, accounts: bare, card_products: [] })
    atWechat({ senders: [] })
    for (let time = 0; time < 3; time += 1) await syncByItself()
    expect(await kinds()).toEqual(['stock_unreadable'])
    expect(await services.catalog.stockByRef(stock.id)).toMatchObject({ status: 'running', sync_failures: 3 })
    await applyMerchant(services, file)
    atWechat({ senders: shop.world.stocks[0]!.senders })
    later(30)
    await syncByItself()
    expect(await kinds()).toEqual([])
  })

  test('a stock that no campaign gives any more is not asked for, and its warning ends', async () => {
    atWechat({ status: 'paused' })
    await syncByItself()
    expect(await kinds()).toEqual(['stock_paused'])
    await services.db.updateTable('campaigns').set({ state: 'ended' }).where('id', '=', campaign.id).execute()
    const before = sandbox.control.calls({ endpoint: 'stock_detail', stockId: stock.stock_id }).length
    await syncByItself()
    expect(sandbox.control.calls({ endpoint: 'stock_detail', stockId: stock.stock_id })).toHaveLength(before)
    expect(await kinds()).toEqual([])
  })
})
