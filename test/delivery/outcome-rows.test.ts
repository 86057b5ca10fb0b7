import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { memberWords, outcomeNamed, outcomes } from '../../src/ledger/outcomes/outcomes.ts'
import { send } from '../../src/delivery/sender.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { SendAnswer } from './send-script.ts'

const refusal = (status: number, code: string, message: string, subCode?: string): SendAnswer => ({
  status,
  code,
  message,
  ...(subCode && { subCode }),
})

/** What WeChat says for each row of the outcome table (docs/wechat/pay-v3.md 3.3, 3.4). */
const said: Record<string, SendAnswer> = {
  sent: 'commit',
  openid_of_other_appid: refusal(400, 'INVALID_REQUEST', 'openid与appID不匹配'),
  openid_wrong: refusal(400, 'PARAM_ERROR', 'openid必填'),
  user_month_cap: refusal(400, 'INVALID_REQUEST', '暂时无法领取,请联系商家处理'),
  user_abnormal: refusal(403, 'USER_ACCOUNT_ABNORMAL', '用户非法'),
  user_limit_reached: refusal(403, 'RULE_LIMIT', '用户已达最大领券次数'),
  user_restricted: refusal(403, 'REQUEST_BLOCKED', '用户被限领拦截'),
  stock_over_or_inactive: refusal(400, 'INVALID_REQUEST', '活动已结束或未激活'),
  stock_outside_window: refusal(403, 'REQUEST_BLOCKED', '活动未开始或已结束', '270079533'),
  stock_budget_exhausted: refusal(403, 'NOT_ENOUGH', '批次预算不足'),
  stock_daily_cap: refusal(403, 'REQUEST_BLOCKED', '发券超过单天限额'),
  stock_not_sendable_by_api: refusal(400, 'APPID_MCHID_NOT_MATCH', '该批次不能在api渠道发放'),
  stock_not_cross_merchant: refusal(403, 'REQUEST_BLOCKED', '批次不支持跨商户发券'),
  sender_not_listed: refusal(403, 'REQUEST_BLOCKED', '商户无权发券'),
  stock_not_found: refusal(404, 'RESOURCE_NOT_EXISTS', '批次不存在'),
  merchant_number_illegal: refusal(400, 'INVALID_REQUEST', '非法的商户号'),
  merchant_number_unknown: refusal(400, 'MCH_NOT_EXISTS', '商户号不合法'),
  stock_status_illegal: refusal(400, 'PARAM_ERROR', '非法的批次状态'),
  user_package_importing: refusal(403, 'RULE_LIMIT', '批次关联的用户包未导入完成'),
  parameters_refused: refusal(400, 'PARAM_ERROR', '参数错误,请核对文档要求'),
  number_reused: refusal(400, 'RESOURCE_ALREADY_EXISTS', '请求重入，但本次请求与上次请求信息不一致'),
  rule_limit_unexplained: refusal(403, 'RULE_LIMIT', '商户发券额度受限'),
  needs_operator: refusal(403, 'REQUEST_BLOCKED', '没有见过的原因'),
  appid_not_bound: refusal(400, 'APPID_MCHID_NOT_MATCH', '商户号与appid不匹配'),
  caller_without_permission: refusal(403, 'REQUEST_BLOCKED', '调用商户无权限'),
  product_not_opened: refusal(403, 'NO_AUTH', '你配置的信息需要开通特殊权限'),
  signature_wrong: { status: 401, code: 'SIGN_ERROR', message: '签名错误', subCode: '269546525', signed: false },
  certificate_expired: { status: 401, code: 'SIGN_ERROR', message: '证书', subCode: '269546505', signed: false },
  serial_wrong: { status: 401, code: 'SIGN_ERROR', message: '序列号', subCode: '269546507', signed: false },
  clock_off: { status: 401, code: 'SIGN_ERROR', message: '时间', subCode: '268573590', signed: false },
  unauthorised: { status: 401, code: 'SIGN_ERROR', message: '验签失败', signed: false },
  rate_limited: refusal(429, 'FREQUENCY_LIMITED', '请求过于频繁'),
  system_error: refusal(500, 'SYSTEM_ERROR', '系统繁忙,请稍后重试'),
  service_unavailable: refusal(503, 'SERVICE_UNAVAILABLE', '服务不可用'),
  server_error: { status: 502, page: '<html>Bad Gateway</html>', signed: false },
  strange_answer: { status: 302, page: 'moved', signed: false },
  timeout: 'commit and stay silent',
  reset: 'hang up',
  unverified_answer: 'commit and sign wrongly',
  unreadable_answer: 'commit and answer no JSON',
}

/** Rows of our own, not WeChat's: see our-own-outcomes, sender and look-up, and by-hand for what was given up. */
const withoutAnswer = [
  'account_without_keys',
  'coupon_of_another_row',
  'given_up',
  'held_back',
  'lease_ran_out',
  'look_up_refused',
  'look_up_unanswered',
  'look_up_unclear',
  'ledger_unreachable',
  'unreachable',
  'unsigned_refusal',
  'waiting_for_turn',
]

describe('each row of the outcome table', () => {
  let room: DeliveryRoom
  beforeAll(async () => void (room = await openDeliveryRoom()))
  afterAll(() => room[Symbol.asyncDispose]())
  beforeEach(() => room.clear())

  test('is either seen here or has no answer of WeChat', () => {
    const names = outcomes.map((row) => row.name)
    expect(new Set(names).size).toBe(names.length)
    expect([...Object.keys(said), ...withoutAnswer].toSorted()).toEqual(names.toSorted())
  })

  async function sendOnce(answer: SendAnswer, couponRow?: string) {
    const row = couponRow ?? (await room.owe())
    room.wechat.otherwise = answer
    const timeoutMs = answer === 'commit and stay silent' ? 300 : 5_000
    const result = await send(room.services, await room.lease(row), { timeoutMs, patienceMs: 1_000 })
    return { row, result, coupon: await room.coupon(row), halts: await room.halts() }
  }
  const rowsOf = (verdict: string, halts?: string) =>
    outcomes.filter((row) => row.verdict === verdict && row.halts === halts && said[row.name]).map((row) => row.name)

  test('sent: the coupon has its number', async () => {
    const { result, coupon } = await sendOnce('commit')
    expect(result).toEqual({ state: 'sent', couponId: coupon.coupon_id })
    expect(coupon).toMatchObject({ state: 'sent', reason: null, attempts: 1, lease_token: null, last_status: 200 })
    expect(coupon.last_request_id).toMatch(/-0$/)
  })

  test.each(rowsOf('refused'))('%s: refused for good, with the reason for the member', async (name) => {
    let seen = await sendOnce(said[name]!)
    if (name === 'user_limit_reached') {
      expect(seen.result).toMatchObject({ state: 'owed', reason: name })
      room.clock.advance(5_000)
      seen = await sendOnce(said[name]!, seen.row)
    }
    expect(seen.result).toEqual({ state: 'refused', reason: name })
    const { code, message } = said[name] as { code: string; message: string }
    expect(seen.coupon).toMatchObject({ state: 'refused', reason: name, last_code: code, last_message: message })
    expect(seen.halts).toEqual([])
    expect(memberWords(name).message).toMatch(/^[\u4e00-\u9fff0-9，]+$/)
  })

  test.each(rowsOf('halt', 'at_once'))('%s: sending halts, and nobody else is asked for', async (name) => {
    const { result, coupon, halts, row } = await sendOnce(said[name]!)
    expect(result).toMatchObject({ state: 'owed', reason: name })
    expect(coupon).toMatchObject({ state: 'reserved', reason: name, attempts: 1, lease_token: null })
    const { scope } = outcomeNamed(name)
    expect(halts).toMatchObject([{ cause: name, stock_ref: scope === 'account' ? null : room.stock.id }])
    expect(halts[0]!.message).toBe((said[name] as { message: string }).message)
    expect(halts[0]!.request_id).toBeTruthy()

    const calls = room.wechat.calls.length
    const other = await room.owe()
    expect(await send(room.services, await room.lease(other), { timeoutMs: 5_000, patienceMs: 1_000 })).toMatchObject({
      state: 'owed',
      reason: name,
      dueAt: halts[0]!.probe_at,
    })
    expect(await room.coupon(other)).toMatchObject({ state: 'reserved', reason: name, attempts: 0 })
    expect(room.wechat.calls).toHaveLength(calls)
    expect(await room.services.ledger.leaseOne(row)).toBeTruthy()
  })

  test.each(rowsOf('halt', 'by_several'))('%s: one member’s coupon waits, and nobody else', async (name) => {
    const { result, coupon, halts } = await sendOnce(said[name]!)
    expect(result).toMatchObject({ state: 'owed', reason: name })
    expect(coupon).toMatchObject({ state: 'reserved', reason: name, attempts: 1, lease_token: null, set_aside: false })
    expect(coupon.due_at > room.clock.now()).toBe(true)
    expect(halts).toEqual([])
    expect((await sendOnce('commit')).result.state).toBe('sent')
  })

  // The month's cap has tests of its own: it is no passing fault.
  const passing = rowsOf('later').filter((name) => name !== 'user_month_cap')
  test.each(passing)('%s: the same number goes out again and brings one coupon', async (name) => {
    const { result, coupon, halts, row } = await sendOnce(said[name]!)
    expect(result).toMatchObject({ state: 'owed', reason: name })
    expect(coupon).toMatchObject({ state: 'reserved', reason: name, attempts: 1, lease_token: null })
    expect(coupon.due_at.getTime()).toBeGreaterThan(room.clock.now().getTime())
    expect(coupon.doubt_since !== null).toBe(name !== 'rate_limited')
    expect(halts).toEqual([])
    const attempts = await room.services.db.selectFrom('attempts').selectAll().where('coupon_row', '=', row).execute()
    expect(attempts).toMatchObject([{ outcome: name }])

    const again = await sendOnce('commit', row)
    expect(again.result.state).toBe('sent')
    const numbers = room.wechat.calls.map((call) => call.number).filter((number) => number === coupon.out_request_no)
    expect(numbers.length).toBeGreaterThanOrEqual(2)
    expect(room.wechat.coupons.get(coupon.out_request_no)).toBe(again.coupon.coupon_id)
  })

  test('every row tells the operator its cause and its cure in Chinese', () => {
    for (const { name, operator, source } of outcomes) {
      expect(operator.cause, name).toMatch(/[\u4e00-\u9fff]/)
      expect(operator.cure, name).toMatch(/[\u4e00-\u9fff]/)
      expect(source, name).not.toBe('')
    }
  })
})
