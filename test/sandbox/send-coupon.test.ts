import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createWorld, openidOf, type World, type WorldStock } from '../../sandbox/world.ts'
import { isProven, payCall, sendBody, sendPath } from './pay-caller.ts'

let sandbox: Sandbox
let world: World
let openid: string
let round = 0
let now = new Date('2026-11-23T12:00:00Z')

beforeAll(async () => {
  world = createWorld({ now, slugs: ['demo', 'other'] })
  sandbox = await startSandbox({ port: 0, world, clock: { now: () => now } })
})
beforeEach(() => {
  now = new Date('2026-11-23T12:00:00Z')
  openid = openidOf(world.merchants[0]!.officialAccount, `member ${++round}`)
})
afterAll(() => sandbox.close())

const send = (outRequestNo: string, change: object = {}, to = openid, mchid?: string) =>
  payCall(sandbox.url, world, sendPath(to), {
    body: sendBody(world, outRequestNo, change),
    timestamp: Math.floor(now.getTime() / 1000),
    ...(mchid && { mchid }),
  })

/** A stock of its own for one test, so that no count of another test is in the way. */
function stockWith(change: Partial<WorldStock>): { stock_id: string } {
  const stock = { ...world.stocks[0]!, stock_id: `9${round}`, ...change }
  return { stock_id: sandbox.control.addStock(stock).stock_id }
}

describe('a send', () => {
  test('gives one coupon, and the same one each time its number comes again', async () => {
    const first = await send('a-1')
    const again = await send('a-1')
    expect(first.status).toBe(200)
    expect(first.body.coupon_id).toMatch(/^\d{10,20}$/)
    expect(again.body).toEqual(first.body)
    expect(isProven(world, first.headers, first.text)).toBe(true)
    expect(first.headers.get('request-id')).toMatch(/-0$/)
    expect(sandbox.control.coupons(openid)).toHaveLength(1)
    expect(sandbox.control.number('a-1')).toMatchObject({ seen: 2, conflicts: 0, couponId: first.body.coupon_id })
  })

  test('with a used number and other data is refused', async () => {
    await send('b-1')
    const other = await send('b-1', {}, openidOf(world.merchants[0]!.officialAccount, 'somebody else'))
    expect(other).toMatchObject({ status: 400, body: { code: 'RESOURCE_ALREADY_EXISTS' } })
    expect(sandbox.control.number('b-1')!.conflicts).toBe(1)
  })

  test('of a number that was refused before goes through once the cause is gone', async () => {
    const stock = stockWith({ status: 'paused' })
    expect((await send('b-2', stock)).status).toBe(400)
    sandbox.control.changeStock(stock.stock_id, { status: 'running' })
    expect((await send('b-2', stock)).status).toBe(200)
    sandbox.control.changeStock(stock.stock_id, { status: 'paused' })
    expect((await send('b-2', stock)).status).toBe(200)
    expect(sandbox.control.coupons(openid)).toHaveLength(1)
  })

  test('of the same number by another sender is another coupon', async () => {
    const other = world.merchants[1]!
    const change = { stock_id: other.campaigns.link.stockId, appid: other.officialAccount.appid }
    const one = await send('b-3')
    const two = await send('b-3', change, openidOf(other.officialAccount, 'x'), other.mchids[0])
    expect([one.status, two.status]).toEqual([200, 200])
    expect(two.body.coupon_id).not.toBe(one.body.coupon_id)
  })

  test('beside another of the same stock to the same member meets the false RULE_LIMIT', async () => {
    sandbox.control.settings.sendMs = 500
    const answers = await Promise.all([send('c-1'), send('c-2')])
    sandbox.control.settings.sendMs = 0
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 403])
    expect((await send('c-2')).status).toBe(200)
    expect((await send('c-1')).status).toBe(200)
    expect(sandbox.control.coupons(openid)).toHaveLength(2)
  })

  test('above the rate is answered 429', async () => {
    sandbox.control.settings.sendsPerSecond = 0.001
    const answers = [await send('d-1'), await send('d-2')]
    sandbox.control.settings.sendsPerSecond = 500
    expect(answers[1]).toMatchObject({ status: 429, body: { code: 'FREQUENCY_LIMITED' } })
  })
})

describe('WeChat refuses a send', () => {
  const provider = '1267388801'
  const rows: [
    why: string,
    code: string,
    subCode: string,
    attempt: () => Promise<unknown> | ReturnType<typeof send>,
  ][] = [
    [
      'under an appid not bound to the sender',
      'APPID_MCHID_NOT_MATCH',
      '270079507',
      () => send('r1', { appid: 'wx1' }),
    ],
    [
      'to an openid of another appid',
      'INVALID_REQUEST',
      '270079501',
      () => send('r2', {}, 'oElse0000000000000000000000'),
    ],
    ['from an unknown creator', 'MCH_NOT_EXISTS', '270079489', () => send('r3', { stock_creator_mchid: '1' })],
    ['of an unknown stock', 'RESOURCE_NOT_EXISTS', '270079488', () => send('r4', { stock_id: '1' })],
    [
      'of a stock of another creator',
      'PARAM_ERROR',
      '270079577',
      () => send('r5', { stock_creator_mchid: '1601400973' }),
    ],
    ['with a face value', 'PARAM_ERROR', '270079577', () => send('r6', { coupon_value: 1000 })],
    [
      'of 立减与折扣',
      'APPID_MCHID_NOT_MATCH',
      '268435455',
      () => send('r7', stockWith({ stock_type: 'DISCOUNT_CUT' })),
    ],
    ['of a stock without 跨商户发券', 'REQUEST_BLOCKED', '270079508', () => send('r8', stockWith({ senders: null }))],
    [
      'by who is not among the senders',
      'REQUEST_BLOCKED',
      '270079509',
      () => send('r9', stockWith({ senders: ['1'] })),
    ],
    ['of a paused stock', 'INVALID_REQUEST', '270079533', () => send('r10', stockWith({ status: 'paused' }))],
    [
      'before the window',
      'REQUEST_BLOCKED',
      '270079533',
      () => send('r11', stockWith({ available_begin_time: '2026-12-01T00:00:00+08:00' })),
    ],
    [
      'after the window',
      'REQUEST_BLOCKED',
      '270079533',
      () => send('r12', stockWith({ available_end_time: '2026-11-01T00:00:00+08:00' })),
    ],
    ['of a stock that is gone', 'NOT_ENOUGH', '270079534', () => send('r13', stockWith({ max_coupons: 0 }))],
    ['above the daily budget', 'NOT_ENOUGH', '268435455', () => send('r14', stockWith({ max_amount_by_day: 999 }))],
    ['above the member’s limit', 'RULE_LIMIT', '268435455', () => send('r15', stockWith({ max_coupons_per_user: 0 }))],
    [
      'above 5,000 yuan a month',
      'INVALID_REQUEST',
      '268435455',
      () => send('r16', stockWith({ coupon_amount: 500_001 })),
    ],
    ['without a stock', 'PARAM_ERROR', '270079577', () => send('r17', { stock_id: '' })],
    ['with a number of odd characters', 'PARAM_ERROR', '270079577', () => send('r 18')],
  ]
  test.each(rows)('%s', async (_why, code, subCode, attempt) => {
    const answer = (await attempt()) as Awaited<ReturnType<typeof send>>
    expect(answer.body.code).toBe(code)
    expect(answer.headers.get('request-id')).toMatch(new RegExp(`-${subCode}$`))
    expect(isProven(world, answer.headers, answer.text)).toBe(true)
    expect(sandbox.control.coupons(openid)).toHaveLength(0)
  })

  test('to suspicious or blocked members', async () => {
    const suspicious = sandbox.control.addMember({ id: 'suspicious', abnormal: true })
    const blocked = sandbox.control.addMember({ id: 'blocked', blocked: true })
    const guarded = stockWith({ prevent_api_abuse: true })
    expect(await send('s1', guarded, suspicious.openid)).toMatchObject({ body: { code: 'USER_ACCOUNT_ABNORMAL' } })
    expect(await send('s2', {}, suspicious.openid)).toMatchObject({ status: 200 })
    expect(await send('s3', {}, blocked.openid)).toMatchObject({
      body: { code: 'REQUEST_BLOCKED', message: '用户被限领拦截' },
    })
  })

  test('to the second account of one person where the stock counts persons', async () => {
    const [one, two] = ['one', 'two'].map((id) => sandbox.control.addMember({ id, person: 'p' }))
    const stock = stockWith({ natural_person_limit: true, max_coupons_per_user: 1 })
    expect((await send('p1', stock, one!.openid)).status).toBe(200)
    expect(await send('p2', stock, two!.openid)).toMatchObject({ body: { code: 'RULE_LIMIT' } })
  })

  test('once the day’s budget is gone, and gives again the next Beijing day', async () => {
    const stock = stockWith({ max_amount_by_day: 1000 })
    expect((await send('q1', stock)).status).toBe(200)
    expect((await send('q2', stock)).status).toBe(403)
    now = new Date('2026-11-23T16:00:00Z')
    expect((await send('q2', stock)).status).toBe(200)
  })

  test('never the creator for not being on its own list', async () => {
    const appid = world.merchants[0]!.officialAccount.appid
    world.accounts.find((account) => account.mchid === provider)!.appids.push(appid)
    expect((await send('t1', stockWith({ senders: null }), openid, provider)).status).toBe(200)
  })
})
