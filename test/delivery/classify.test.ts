import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify } from '../../src/delivery/classify.ts'
import { memberWords, outcomeNamed, outcomes } from '../../src/delivery/outcomes.ts'
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
    expect(wordFor({ status: 400, code: 'RULE_LIMIT' })).toBe('user_limit_reached')
    expect(wordFor({ status: 403, code: 'MCH_NOT_EXISTS' })).toBe('merchant_number_unknown')
    expect(wordFor({ status: 400, code: 'SYSTEM_ERROR' })).toBe('system_error')
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
    const phrases = outcomes.flatMap((row) => row.match.phrase ?? [])
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
          if (wish.status >= 500) expect(row.verdict).not.toBe('refused')
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
  test('of the 5,000 yuan a month: next month', () => {
    expect(memberWords('user_month_cap')).toEqual({
      reason: 'wechat_refused',
      message: '您本月领取的微信支付优惠券已达上限，下个月可再来领取',
    })
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
