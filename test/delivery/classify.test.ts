import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify } from '../../src/delivery/classify.ts'
import { isMembersOwn } from '../../src/ledger/outcomes/outcome.ts'
import { memberWords, outcomeNamed, outcomes, waitingWords } from '../../src/ledger/outcomes/outcomes.ts'
import type { RefusalReply } from '../../src/wechat/pay/types.ts'

const refused = (wish: Partial<RefusalReply>): RefusalReply => ({
  kind: 'refusal',
  status: 403,
  code: '',
  message: '',
  proven: true,
  ...wish,
})
const wordFor = (wish: Partial<RefusalReply>) => classify(refused(wish)).row.name

describe('reading an answer', () => {
  test.each(['FREQUENCY_LIMITED', 'FREQUENCY_LIMIT_EXCEED', 'RATELIMIT_EXCEEDED', 'RATE_LIMITED', 'SOMETHING_NEW', ''])(
    'a 429 is a 429 whatever its code: %s',
    (code) => expect(wordFor({ status: 429, code, message: '用户已达最大领券次数' })).toBe('rate_limited'),
  )

  test('a known phrase decides before the sub-code and the code', () => {
    const message = '用户被限领拦截'
    expect(wordFor({ code: 'NOT_ENOUGH', message, subCode: '270079508' })).toBe('user_restricted')
  })

  test.each(['openid与appID不匹配', 'openid 与 appid 不匹配。', '请求失败：OPENID与AppID不匹配'])(
    'spaces, punctuation and case of the phrase do not matter: %s',
    (message) => expect(wordFor({ status: 400, message })).toBe('openid_of_other_appid'),
  )

  test('one code with six meanings is told apart by its message or its sub-code', () => {
    const blocked = (message: string, subCode?: string) => wordFor({ code: 'REQUEST_BLOCKED', message, subCode })
    expect(blocked('批次不支持跨商户发券')).toBe('stock_not_cross_merchant')
    expect(blocked('新的说法', '270079509')).toBe('sender_not_listed')
    expect(blocked('新的说法', '270079532')).toBe('user_restricted')
    expect(blocked('新的说法', '999')).toBe('needs_operator')
  })

  test('a sub-code alone never refuses a member for good', () => {
    expect(wordFor({ code: 'SOMETHING_NEW', subCode: '270079532' })).toBe('needs_operator')
    expect(wordFor({ code: 'SOMETHING_NEW', subCode: '270079534' })).toBe('stock_budget_exhausted')
  })

  test('a code that says it all is believed under any 4xx', () => {
    expect(wordFor({ status: 404, code: 'NOT_ENOUGH' })).toBe('stock_budget_exhausted')
    expect(wordFor({ status: 403, code: 'MCH_NOT_EXISTS' })).toBe('merchant_number_unknown')
    expect(wordFor({ status: 400, code: 'SYSTEM_ERROR' })).toBe('system_error')
  })

  test.each(['商户发券额度受限', ''])('RULE_LIMIT without its phrase is not the member’s: %j', (message) => {
    expect(wordFor({ code: 'RULE_LIMIT', message })).toBe('rule_limit_unexplained')
    expect(outcomeNamed('rule_limit_unexplained').verdict).toBe('halt')
  })

  test.each([
    ['NATURELIMIT', '超过自然人最大限领数'],
    ['USER_AL_GET_COUPON', '超过自然人最大限领数'],
    ['RULE_LIMIT', '该自然人已领取过'],
    ['RULELIMIT', '用户已达最大领券次数'],
  ])('a limit by person is the member’s: %s %s', (code, message) => {
    expect(wordFor({ code, message })).toBe('user_limit_reached')
    expect(wordFor({ code })).toBe('rule_limit_unexplained')
  })

  test('a wrong openid is the member’s record, not the stock: by text, by sub-code or by the field that is blamed', () => {
    const wrong = (wish: Partial<RefusalReply>) => wordFor({ status: 400, code: 'PARAM_ERROR', ...wish })
    expect(wrong({ message: 'openid必填' })).toBe('openid_wrong')
    expect(wrong({ message: '参数错误', subCode: '270079498' })).toBe('openid_wrong')
    expect(wrong({ message: '参数错误', subCode: '270079501' })).toBe('openid_of_other_appid')
    expect(wrong({ message: '参数错误', detail: { field: '/path/openid', issue: 'invalid' } })).toBe('openid_wrong')
    expect(wrong({ message: '参数错误', detail: { field: 'stock_id' } })).toBe('parameters_refused')
    expect(wrong({ message: '参数错误', detail: 'openid' })).toBe('parameters_refused')
    expect(outcomeNamed('openid_wrong').verdict).toBe('refused')
  })

  test('an answer that stops only one member is never read from a 5xx', () => {
    expect(wordFor({ status: 500, message: '暂时无法领取' })).toBe('server_error')
  })

  test('a 401 is a fault of the account, whatever else it says', () => {
    expect(wordFor({ status: 401, code: 'RULE_LIMIT' })).toBe('unauthorised')
    expect(wordFor({ status: 401 })).toBe('unauthorised')
  })

  test("a gateway's page is for a person to look at when it says no, and asked again when it is broken", () => {
    expect(wordFor({ status: 403, proven: false })).toBe('needs_operator')
    expect(wordFor({ status: 404, proven: false })).toBe('needs_operator')
    expect(wordFor({ status: 504, proven: false })).toBe('server_error')
    expect(wordFor({ status: 307, proven: false })).toBe('strange_answer')
  })

  test('whatever WeChat may say, a 5xx refuses nobody and only a success counts as sent', () => {
    const codes = outcomes.flatMap((row) => row.match.codes ?? [])
    const phrases = outcomes.flatMap((row) => row.match.phrases ?? [])
    const subCodes = outcomes.flatMap((row) => row.match.subCodes ?? [])
    fc.assert(
      fc.property(
        fc.record({
          status: fc.integer({ min: 300, max: 599 }),
          code: fc.oneof(fc.constantFrom(...codes), fc.string()),
          message: fc.oneof(fc.constantFrom(...phrases), fc.string()),
          subCode: fc.option(fc.constantFrom(...subCodes), { nil: undefined }),
          proven: fc.boolean(),
        }),
        (wish) => {
          const { row, doubtful } = classify(refused(wish))
          expect(row.verdict).not.toBe('sent')
          if (wish.status >= 500) expect(isMembersOwn(row)).toBe(false)
          expect(doubtful).toBe(wish.status < 400 || wish.status >= 500)
        },
      ),
    )
  })

  test('only "unreachable" leaves no doubt whether WeChat got the request', () => {
    const unknown = (word: 'timeout' | 'unreachable' | 'reset' | 'unverified_answer' | 'unreadable_answer') =>
      classify({ kind: 'unknown', word, detail: 'as it was' })
    expect(unknown('unreachable')).toMatchObject({ doubtful: false, row: { name: 'unreachable', verdict: 'later' } })
    for (const word of ['timeout', 'reset', 'unverified_answer', 'unreadable_answer'] as const) {
      expect(unknown(word)).toMatchObject({ doubtful: true, row: { name: word, verdict: 'later' } })
    }
  })

  test('what is kept of an answer is bounded and can be stored', () => {
    const { evidence } = classify(
      refused({ code: `A\0${'B'.repeat(200)}`, message: '长'.repeat(9_999), requestId: 'x' }),
    )
    expect(evidence.code).toHaveLength(64)
    expect(evidence.code).not.toContain('\0')
    expect(evidence.message).toHaveLength(500)
  })
})

describe('what a member is told', () => {
  test('of the 5,000 yuan a month: it comes next month, or the stock ends before', () => {
    expect(waitingWords('user_month_cap')).toMatch('下个月 1 日自动发放')
    expect(memberWords('user_month_cap')).toEqual({
      reason: 'wechat_refused',
      message: '您本月领取的微信支付优惠券已达上限，这批券下个月已不能发放',
    })
    expect(waitingWords('timeout')).toBeUndefined()
    expect(waitingWords(null)).toBeUndefined()
  })

  test('a word that is a reason itself says so, an unknown one says no more than that WeChat refused', () => {
    expect(memberWords('not_paid').reason).toBe('not_paid')
    expect(memberWords('toString').reason).toBe('wechat_refused')
    expect(memberWords(null).reason).toBe('wechat_refused')
  })

  test('no fault of set-up or stock is ever named', () => {
    for (const { verdict, member } of outcomes)
      if (verdict === 'halt') expect(['try_later', 'sold_out']).toContain(member)
  })

  test('the table does not answer for words it has not', () => {
    expect(() => outcomeNamed('made up')).toThrow('no row "made up"')
  })
})
