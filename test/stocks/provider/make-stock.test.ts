import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { FaultSpec } from '../../../sandbox/faults.ts'
import type { RefusalName } from '../../../sandbox/pay/refusals.ts'
import { makeStock } from '../../../src/stocks/provider/make-stock.ts'
import { wantedStock } from '../../../src/stocks/provider/wanted-stock.ts'
import { keepRequest } from '../../../src/stocks/provider/made-stocks.ts'
import { aStockFile } from '../../sandbox/stock-file.ts'
import { nobodyListens } from '../../support/config.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

const by = 'a test'
let names = 0

describe.each(['certificate', 'public_key'] as const)('in %s mode', (keyMode) => {
  let shop: SandboxShop
  beforeAll(async () => (shop = await openShop({ wechat: 'sandbox', redis: false, world: { keyMode } })))
  afterEach(() => shop.sandbox.control.clearFaults())
  afterAll(() => shop[Symbol.asyncDispose]())

  const aFile = (changes: Record<string, unknown> = {}) =>
    aStockFile({ stock_name: `满30减10 ${(names += 1)}`, ...changes })
  const want = (file: unknown) => wantedStock(shop.services, shop.merchant, file)
  const make = async (file: unknown) => makeStock(shop.services, shop.merchant, await want(file), by)
  const atWeChat = (name: unknown) => shop.world.stocks.filter((stock) => stock.stock_name === name)
  const calls = () => shop.sandbox.control.countCalls('stock_create')
  const lastAct = () =>
    shop.services.db.selectFrom('provider_acts').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst()

  test('a stock is made with the keys of its creator, and the same file is the same stock without a call', async () => {
    const file = aFile()
    const made = await make(file)
    expect(made).toMatchObject({ isNew: true, creatorMchid: '1267388801' })
    expect(atWeChat(file.stock_name)).toMatchObject([{ stock_id: made.stockId, status: 'unactivated', senders: null }])
    expect(await lastAct()).toMatchObject({ act: 'create', subject: made.stockId, outcome: 'done', by })
    const before = calls()
    const turned = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(file).toReversed()), null, 4)) as object
    expect(await make(turned)).toEqual({ ...made, isNew: false })
    expect(calls()).toBe(before)
  })

  test.each<FaultSpec['fault']>([
    'reset_before',
    'reset_after_commit',
    'html_502_after_commit',
    'system_error_after_commit',
    'bad_signature',
    'unsigned',
    'wrong_body',
    'html_200',
  ])('after %s the repeat finds the one stock, with the same bytes', async (fault) => {
    const file = aFile()
    shop.sandbox.control.setFault({ fault, endpoint: 'stock_create', times: 1 })
    const { stockId } = await make(file)
    expect(atWeChat(file.stock_name)).toMatchObject([{ stock_id: stockId }])
  })

  test('nobody knows what became of it: the act is kept as unknown, and the next command finds the stock', async () => {
    const file = aFile()
    shop.sandbox.control.setFault({ fault: 'html_502_after_commit', endpoint: 'stock_create' })
    await expect(make(file)).rejects.toThrow(/not known whether the stock was made: run the same command again.*502/)
    expect(await lastAct()).toMatchObject({ outcome: 'unknown', act: 'create' })
    const hosts = shop.sandbox.control.calls({ endpoint: 'stock_create' }).slice(-4)
    expect(hosts.map(({ host }) => host)).toEqual(['main', 'backup', 'main', 'backup'])
    shop.sandbox.control.clearFaults()
    const { stockId } = await make(file)
    expect(atWeChat(file.stock_name)).toMatchObject([{ stock_id: stockId }])
  })

  test('a process that dies between the request and the answer leaves one stock, also after its time has begun', async () => {
    const file = aFile()
    const { request } = await want(file)
    const { services, merchant, world, sandbox } = shop
    const now = services.clock.now()
    await keepRequest(services.db, { merchantId: merchant.id, creatorMchid: '1267388801', request, now })
    sandbox.control.setFault({ fault: 'reset_after_commit', endpoint: 'stock_create', times: 1 })
    await using other = await shop.anotherProcess('after the death')
    const { stockId } = await makeStock(other, merchant, await wantedStock(other, merchant, file), by)
    expect(world.stocks.filter((stock) => stock.stock_name === file.stock_name)).toMatchObject([{ stock_id: stockId }])
  })

  test('an answer that never comes is waited for, and the repeat goes to the other host', async () => {
    const file = aFile()
    shop.sandbox.control.setFault({ fault: 'timeout_after_commit', endpoint: 'stock_create', times: 1 })
    const { stockId } = await make(file)
    expect(atWeChat(file.stock_name)).toMatchObject([{ stock_id: stockId }])
  })

  test('the same number with other content is refused by the names of the fields, without a call', async () => {
    const file = aFile({ out_request_no: `own-${keyMode}` })
    await make(file)
    const before = calls()
    const other = { ...file, comment: '别的', available_begin_time: '2020-01-01T00:00:00+08:00' }
    await expect(want(other)).rejects.toThrow(
      /^comment: is not what was asked under out_request_no own-.*\navailable_begin_time: is not what/,
    )
    expect(calls()).toBe(before)
  })

  test.each<[RefusalName, RegExp]>([
    ['special_permission', /lacks a permission: open 预充值代金券/],
    ['no_auth', /lacks a permission/],
    ['not_started_or_ended', /hidden check of WeChat.*活动未开始或已结束/],
    ['stock_rules_wrong', /contradict each other.*批次发放规则/],
    ['merchants_not_allowed', /^coupon_use_rule\.available_merchants: .*服务商免充值代金券/],
    ['stock_differs', /^out_request_no: WeChat has made another stock/],
    ['budget_wrong', /^stock_use_rule\.max_amount: /],
    ['no_permission', /not the creator's/],
    ['time_wrong', /time is not as WeChat wants/],
    ['mch_not_exists', /merchant number is wrong/],
    ['illegal_mchid', /merchant number is wrong/],
    ['sign_error', /private key, serial number or clock/],
    ['frequency_limit_exceed', /too often: wait a minute/],
    ['unknown_code', /WeChat Pay refused it/],
  ])('WeChat’s %s is told with cause and cure, and nothing is made', async (fault, sentence) => {
    const file = aFile()
    shop.sandbox.control.setFault({ fault, endpoint: 'stock_create', times: 1 })
    await expect(make(file)).rejects.toThrow(sentence)
    expect(await lastAct()).toMatchObject({
      outcome: 'refused',
      act: 'create',
      request_id: expect.any(String) as string,
    })
    expect(atWeChat(file.stock_name)).toEqual([])
  })

  test('a field that WeChat names is told under its own name', async () => {
    const refusal = { detail: { field: '/stock_use_rule/max_coupons', location: 'body' } }
    shop.sandbox.control.setFault({ fault: 'param_error', endpoint: 'stock_create', times: 1, refusal })
    await expect(make(aFile())).rejects.toThrow(/^stock_use_rule\.max_coupons: WeChat does not take this value/)
  })

  test('a no after a try without an answer leaves it open', async () => {
    shop.sandbox.control.setFault({ fault: 'html_502', endpoint: 'stock_create', times: 1 })
    shop.sandbox.control.setFault({ fault: 'no_auth', endpoint: 'stock_create', times: 1 })
    await expect(make(aFile())).rejects.toThrow(/lacks a permission.*an earlier try had no answer/)
    expect(await lastAct()).toMatchObject({ outcome: 'unknown', code: 'NO_AUTH' })
  })
})

test('where WeChat cannot be reached nothing was done, and that is told', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  await using cutOff = await shop.anotherProcess('cut off', { sandbox: { url: nobodyListens } })
  const wanted = await wantedStock(cutOff, shop.merchant, aStockFile())
  await expect(makeStock(cutOff, shop.merchant, wanted, by)).rejects.toThrow(
    /could not be asked, so nothing was done: run the same command again/,
  )
})

describe('the creator', () => {
  test('without keys is told by its number', async () => {
    await using shop = await openShop({ wechat: 'sandbox', redis: false })
    const accounts = shop.merchant.accounts.map((account) =>
      account.role === 'provider' ? { ...account, keys: undefined } : account,
    )
    const merchant = { ...shop.merchant, accounts }
    const wanted = await wantedStock(shop.services, merchant, aStockFile())
    await expect(makeStock(shop.services, merchant, wanted, by)).rejects.toThrow(/^1267388801 has no keys/)
    expect(await shop.services.db.selectFrom('made_stocks').selectAll().execute()).toEqual([])
  })

  test('that sends the stock itself needs nobody else', async () => {
    await using shop = await openShop({ wechat: 'sandbox', redis: false })
    const own = aStockFile({ belong_merchant: '1601400973' })
    expect(await wantedStock(shop.services, shop.merchant, own)).toMatchObject({ sendsItself: true, warnings: [] })
    expect(await wantedStock(shop.services, shop.merchant, aStockFile())).toMatchObject({ sendsItself: false })
    const second = { ...shop.merchant.accounts[0]!, mchid: '1601400999' }
    const two = { ...shop.merchant, accounts: [...shop.merchant.accounts, second] }
    expect((await wantedStock(shop.services, two, own)).warnings).toEqual([
      expect.stringMatching(/可发券商户: 1601400999 cannot send it/),
    ])
  })
})
