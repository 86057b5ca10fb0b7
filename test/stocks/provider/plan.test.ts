import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Unusable } from '../../../src/plumbing/unusable.ts'
import { makeStock } from '../../../src/stocks/provider/make-stock.ts'
import { wantedStock } from '../../../src/stocks/provider/wanted-stock.ts'
import { aStockFile } from '../../sandbox/stock-file.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

let shop: SandboxShop
beforeAll(async () => (shop = await openShop({ wechat: 'sandbox', redis: false })))
afterAll(() => shop[Symbol.asyncDispose]())

/** What the file is refused for; nothing may have reached WeChat or the table of requests. */
async function faultsOf(file: unknown): Promise<string[]> {
  const { services, merchant, sandbox } = shop
  const error = await wantedStock(services, merchant, file)
    .then((wanted) => makeStock(services, merchant, wanted, 'a test'))
    .catch((reason: unknown) => reason)
  if (!(error instanceof Unusable)) throw new Error('expected an Unusable', { cause: error })
  expect(sandbox.control.countCalls('stock_create')).toBe(0)
  expect(await services.db.selectFrom('made_stocks').selectAll().execute()).toEqual([])
  return error.faults
}

const days = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString()
const rule = 'stock_use_rule'
const use = 'coupon_use_rule'
const coupon = `${use}.fixed_normal_coupon`
const list = (length: number) => Array.from({ length }, (_, at) => String(1_600_000_000 + at))

test.each<[field: string, value: unknown, why: RegExp]>([
  ['stock_name', undefined, /is missing/],
  ['stock_name', '', /empty/],
  ['stock_name', '一二三四五六七八九十', /9 Chinese/],
  ['stock_name', 'abcdefghijklmnopqrstu', /20 letters/],
  ['stock_name', '一二三四五六七八九abc', /20 letters/],
  ['stock_name', '满30_减10', /none of _/],
  ['stock_name', '满30,减10', /none of _/],
  ['stock_name', '满30;减10', /none of _/],
  ['stock_name', '满30|减10', /none of _/],
  ['stock_name', '满30减10🎁', /emoji/],
  ['stock_name', '测试券', /活动未开始或已结束/],
  ['stock_name', '微信立减金', /活动未开始或已结束/],
  ['stock_name', null, /must not be null/],
  ['stock_name', 5, /must be text/],
  ['comment', '备'.repeat(61), /60 characters/],
  ['comment', '🎁', /emoji/],
  ['belong_merchant', '1999999999', /no merchant number of demo/],
  ['belong_merchant', 1267388801, /in quotes/],
  ['available_begin_time', days(-1), /in the past/],
  ['available_begin_time', days(366), /365 days/],
  ['available_begin_time', '2026-12-01 00:00:00', /offset/],
  ['available_end_time', days(0.5), /after available_begin_time/],
  ['available_end_time', days(92), /90 days/],
  ['available_end_time', '2027-02-30T00:00:00+08:00', /offset/],
  [rule, undefined, /is missing/],
  [rule, 'none', /must be an object/],
  [`${rule}.max_coupons`, 4, /5 or more/],
  [`${rule}.max_coupons`, 10_000_001, /10,000,000/],
  [`${rule}.max_coupons`, 10.5, /whole number/],
  [`${rule}.max_amount`, 999_999, /which is 1000000 fen/],
  [`${rule}.max_amount`, 10_000_000_001, /100 million yuan/],
  [`${rule}.max_amount`, '1000000', /whole number of fen/],
  [`${rule}.max_amount_by_day`, 1_000_001, /not be above max_amount/],
  [`${rule}.max_amount_by_day`, 0, /above 0/],
  [`${rule}.max_amount_by_day`, null, /must not be null/],
  [`${rule}.max_coupons_per_user`, 0, /1 or more/],
  [`${rule}.max_coupons_per_user`, 61, /60 or less/],
  [`${rule}.natural_person_limit`, 'true', /true or false/],
  [`${rule}.prevent_api_abuse`, undefined, /is missing/],
  [`${rule}.max_coupon`, 5, /no field/],
  ['pattern_info.description', undefined, /is missing/],
  ['pattern_info.description', '字'.repeat(1001), /1000 characters/],
  ['pattern_info.merchant_logo', 'logo.png', /stock image/],
  ['pattern_info.merchant_name', '店'.repeat(13), /12 Chinese/],
  ['pattern_info.merchant_name', 'x'.repeat(37), /36 letters/],
  ['pattern_info.background_color', 'COLOR011', /COLOR/],
  ['pattern_info.background_color', '', /COLOR/],
  ['pattern_info.coupon_image', 'ftp://x/y.png', /stock image/],
  ['pattern_info.jump_target', 'SHOP', /MINI_PROGRAM/],
  ['pattern_info.mini_program_appid', 'gh_1', /wx/],
  ['pattern_info.mini_program_path', '', /empty/],
  [use, undefined, /is missing/],
  [`${use}.coupon_available_time`, { second_day_available: true }, /暂未开放/],
  [coupon, undefined, /is missing/],
  [`${coupon}.coupon_amount`, 1, /above 1 fen/],
  [`${coupon}.coupon_amount`, 100_001, /1000 yuan/],
  [`${coupon}.coupon_amount`, 10.5, /whole number of fen/],
  [`${coupon}.transaction_minimum`, 1000, /above coupon_amount/],
  [`${use}.goods_tag`, undefined, /is missing/],
  [`${use}.goods_tag`, ['NO_MUTEX_STORE'], /exactly one of MUTEX_STORE/],
  [`${use}.goods_tag`, ['MUTEX_STORE', 'MUTEX_STORE'], /twice/],
  [`${use}.goods_tag[0]`, undefined, /letters, digits/],
  [`${use}.limit_pay`, ['ICBC_CREDIT', 'ABC_CREDIT'], /1 to 1/],
  [`${use}.limit_card`, { name: '工商银行卡', bin: ['62128'] }, /4 characters/],
  [`${use}.limit_card.bin`, list(11), /1 to 10/],
  [`${use}.trade_type`, [], /1 to 50/],
  [`${use}.combine_use`, 1, /true or false/],
  [`${use}.available_items`, list(51), /1 to 50/],
  [`${use}.unavailable_items`, ['1'], /暂未开放/],
  [`${use}.available_merchants`, undefined, /is missing/],
  [`${use}.available_merchants`, list(51), /1 to 50/],
  [`${use}.available_merchants`, [], /1 to 50/],
  ['no_cash', undefined, /is missing/],
  ['stock_type', 'DISCOUNT', /NORMAL/],
  ['out_request_no', '号码', /letters, digits/],
  ['out_request_no', 'x'.repeat(129), /letters, digits/],
  ['ext_info', '{}', /leave it out/],
  ['stock_nme', '满30减10', /no field/],
])('%s of %j is refused by its name before anything is sent', async (field, value, why) => {
  const file = field.endsWith('[0]')
    ? aStockFile({ [field.slice(0, -3)]: ['中文'] })
    : aStockFile({ 'pattern_info.description': '说明', [`${use}.limit_card`]: undefined, [field]: value })
  const faults = await faultsOf(file)
  expect(faults.find((fault) => fault.startsWith(`${field}: `) || fault.startsWith(`${field}.`))).toMatch(why)
})

describe('fields that belong together', () => {
  test('more per member than there are coupons, and a mini program without its page, are refused by name', async () => {
    const few = { [`${rule}.max_coupons`]: 5, [`${rule}.max_amount`]: 5_000, [`${rule}.max_coupons_per_user`]: 6 }
    expect(await faultsOf(aStockFile(few))).toEqual([expect.stringMatching(/^stock_use_rule\.max_coupons_per_user: /)])
    expect(await faultsOf(aStockFile({ 'pattern_info.jump_target': 'MINI_PROGRAM' }))).toEqual([
      expect.stringMatching(/^pattern_info\.mini_program_appid: is missing/),
      expect.stringMatching(/^pattern_info\.mini_program_path: is missing/),
    ])
  })

  test('all faults of a file are told at once', async () => {
    const faults = await faultsOf(aStockFile({ stock_name: null, no_cash: 'no', more: 1 }))
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['stock_name', 'no_cash', 'more'])
    expect(await faultsOf([])).toEqual(['the file: must be an object'])
  })
})

test('what WeChat takes is taken, with a warning where it wants more than the file', async () => {
  const full = aStockFile({
    stock_name: '双11满100减20元',
    available_begin_time: days(364),
    available_end_time: days(453.9),
    [`${rule}.max_amount`]: 50_000,
    [`${rule}.max_amount_by_day`]: 49,
    [`${coupon}.coupon_amount`]: 50,
    [`${use}.goods_tag`]: ['NO_MUTEX_ONLINE', 'MUTEX_ONLINE'],
    [`${use}.limit_pay`]: ['ICBC_CREDIT'],
    [`${use}.limit_card`]: { name: '工行', bin: ['621288'] },
    [`${use}.trade_type`]: ['MICROAPP', 'OTHER'],
    [`${use}.combine_use`]: false,
    [`${use}.available_items`]: ['6901234567890'],
    pattern_info: {
      description: '说明\n第二行',
      merchant_logo: 'https://wx.gtimg.com/mch/logo.png',
      merchant_name: '优购小店',
      background_color: 'COLOR010',
      coupon_image: 'https://wx.gtimg.com/mch/image.png',
      jump_target: 'MINI_PROGRAM',
      mini_program_appid: 'wx0123456789abcdef',
      mini_program_path: 'pages/index',
    },
  })
  const { warnings, request } = await wantedStock(shop.services, shop.merchant, full)
  expect(warnings).toEqual([
    expect.stringMatching(/coupon_amount: is below 1 yuan/),
    expect.stringMatching(/max_amount_by_day: is less than one coupon/),
  ])
  expect(JSON.parse(request.text)).toEqual({ ...full, out_request_no: request.outRequestNo })
})
