import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { FaultSpec } from '../../../sandbox/faults.ts'
import type { WorldStock } from '../../../sandbox/world.ts'
import { changeState } from '../../../src/stocks/provider/change-state.ts'
import { makeStock } from '../../../src/stocks/provider/make-stock.ts'
import { wantedStock } from '../../../src/stocks/provider/wanted-stock.ts'
import type { StockChange } from '../../../src/wechat/pay/change-stock.ts'
import { aStockFile } from '../../sandbox/stock-file.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

const by = 'a test'
const provider = '1267388801'

describe.each(['certificate', 'public_key'] as const)('in %s mode', (keyMode) => {
  let shop: SandboxShop
  let stockId: string
  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', redis: false, world: { keyMode } })
    stockId = shop.stock.stock_id
  })
  afterEach(() => {
    shop.sandbox.control.clearFaults()
    shop.sandbox.control.settings.freshStocksFail = false
    delete shop.world.accounts.find(({ mchid }) => mchid === provider)!.balance
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const setTo = (status: WorldStock['status']) => shop.sandbox.control.changeStock(stockId, { status })
  const change = (act: StockChange, id = stockId, merchant = shop.merchant) =>
    changeState(shop.services, merchant, { change: act, stockId: id, by })
  const lastAct = () =>
    shop.services.db.selectFrom('provider_acts').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst()

  test('the imported stock is paused, restarted and activated, and what is stored of it follows at once', async () => {
    for (const [act, from, to] of [
      ['pause', 'running', 'paused'],
      ['restart', 'paused', 'running'],
      ['start', 'unactivated', 'running'],
    ] as const) {
      setTo(from)
      expect(await change(act)).toMatchObject({ status: to, stock: { status: to }, warnings: [] })
      expect(shop.sandbox.control.stock(stockId).status).toBe(to)
      expect(await shop.services.catalog.stock(shop.merchant.id, stockId)).toMatchObject({ status: to })
      expect(await lastAct()).toMatchObject({ subject: stockId, outcome: 'done', creator_mchid: provider, by })
    }
  })

  test.each<[StockChange, WorldStock['status'], RegExp]>([
    ['start', 'audit', /审核中 \(audit\): wait for the end/],
    ['start', 'paused', /暂停发放 \(paused\): use stock restart/],
    ['start', 'stoped', /已停止 \(stoped\).*make a new one/],
    ['pause', 'unactivated', /未激活 \(unactivated\)/],
    ['pause', 'audit', /审核中/],
    ['pause', 'stoped', /已停止/],
    ['restart', 'unactivated', /未激活.*use stock activate/],
    ['restart', 'audit', /审核中/],
    ['restart', 'stoped', /never runs again/],
  ])('%s of a stock that is %s names the state and what can be done', async (act, status, sentence) => {
    setTo(status)
    await expect(change(act)).rejects.toThrow(sentence)
    expect(shop.sandbox.control.stock(stockId).status).toBe(status)
    expect(await lastAct()).toMatchObject({ outcome: 'refused', code: 'PARAM_ERROR' })
  })

  test.each<FaultSpec['fault']>(['reset_after_commit', 'html_502_after_commit', 'bad_signature'])(
    'after %s the stock is paused, however often the answer is lost',
    async (fault) => {
      setTo('running')
      shop.sandbox.control.setFault({ fault, endpoint: 'stock_pause' })
      expect(await change('pause')).toMatchObject({ status: 'paused' })
      expect(await lastAct()).toMatchObject({ act: 'pause', outcome: 'done' })
    },
  )

  test('nothing is known while WeChat does nothing and shows nothing', async () => {
    setTo('running')
    shop.sandbox.control.setFault({ fault: 'html_502' })
    await expect(change('pause')).rejects.toThrow(/not known whether it is paused: run the same command again/)
    expect(await lastAct()).toMatchObject({ act: 'pause', outcome: 'unknown' })
  })

  test('an act that is done stays done when the stock cannot be read afterwards', async () => {
    setTo('running')
    shop.sandbox.control.setFault({ fault: 'html_502', endpoint: 'stock_detail' })
    expect(await change('pause')).toMatchObject({
      status: 'paused',
      warnings: [expect.stringMatching(/could not be read afterwards/) as string],
    })
  })

  test('too little balance is told with what to do, and so is a stock of this minute', async () => {
    const wanted = await wantedStock(shop.services, shop.merchant, aStockFile({ comment: keyMode }))
    const made = await makeStock(shop.services, shop.merchant, wanted, by)
    shop.sandbox.control.settings.freshStocksFail = true
    await expect(change('start', made.stockId)).rejects.toThrow(/in the minute after it was made: wait a minute/)
    shop.sandbox.control.settings.freshStocksFail = false
    shop.world.accounts.find(({ mchid }) => mchid === provider)!.balance = 5
    await expect(change('start', made.stockId)).rejects.toThrow(/balance is too low.*充值/)
    expect(await lastAct()).toMatchObject({ outcome: 'refused', code: 'NOT_ENOUGH' })
    shop.world.accounts.find(({ mchid }) => mchid === provider)!.balance = 5_000_000
    expect(await change('start', made.stockId)).toMatchObject({ status: 'running', stock: undefined })
  })

  test("another party's keys are told as such, and missing keys by the number", async () => {
    setTo('running')
    const wrong = {
      ...shop.merchant,
      id: 0,
      accounts: shop.merchant.accounts.map((one) => ({ ...one, role: 'provider' as const })),
    }
    const sender = { ...wrong, accounts: wrong.accounts.filter(({ mchid }) => mchid !== provider) }
    await expect(
      changeState(shop.services, { ...sender, id: shop.merchant.id }, { change: 'pause', stockId: '16246121999', by }),
    ).rejects.toThrow(/does not know this stock/)
    shop.sandbox.control.addStock({ stock_id: `77${keyMode.length}`, stock_creator_mchid: provider })
    await expect(
      changeState(
        shop.services,
        { ...sender, id: shop.merchant.id },
        { change: 'pause', stockId: `77${keyMode.length}`, by },
      ),
    ).rejects.toThrow(/keys are not the creator's.*调用商户无权限/)
    const keyless = shop.merchant.accounts.map((one) => (one.mchid === provider ? { ...one, keys: undefined } : one))
    await expect(change('pause', stockId, { ...shop.merchant, accounts: keyless })).rejects.toThrow(
      /^1267388801 has no keys in the merchant file/,
    )
    const without = shop.merchant.accounts.filter(({ mchid }) => mchid !== provider)
    await expect(change('pause', stockId, { ...shop.merchant, accounts: without })).rejects.toThrow(
      /1267388801 is no merchant number of demo/,
    )
    await expect(change('pause', '5', { ...shop.merchant, accounts: without })).rejects.toThrow(/has no provider/)
  })
})
