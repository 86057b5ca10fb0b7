import { expect, test } from 'vitest'
import { checkPath, payBody, PayRequestFault } from '../../../src/wechat/pay/pay-body.ts'

test('what is undefined is left out and Chinese stays as it is', () => {
  expect(payBody({ stock_id: '16246120', coupon_value: undefined, name: '满减券' })).toBe(
    '{"stock_id":"16246120","name":"满减券"}',
  )
})

test('null is refused wherever it stands, and the field is named', () => {
  expect(() => payBody({ a: { deep: [{ comment: null }] } })).toThrow(/null .*comment/)
})

test('emoji and every other character of four bytes are refused, also when half of one', () => {
  for (const text of ['🎁', '𠮷', '\ud83c', '\udf81']) {
    expect(() => payBody({ name: `券${text}` })).toThrow(PayRequestFault)
  }
  expect(payBody({ name: '券★龘' })).toContain('★')
})

test('a path is absolute, encoded, and without emoji', () => {
  expect(() => checkPath('/v3/marketing/favor/users/o%E4%BD%A0/coupons?a=b')).not.toThrow()
  for (const path of ['v3/certificates', '/v3/用户', '/v3/a b', '/v3/a\nb', `/v3/${encodeURIComponent('🎁')}`]) {
    expect(() => checkPath(path)).toThrow(PayRequestFault)
  }
})
