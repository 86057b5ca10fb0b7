import { expect, test } from 'vitest'
import { checkPath, PayRequestFault, refuseSupplementary } from '../../../src/wechat/pay/pay-body.ts'

test('emoji and every other character of four bytes are refused, also when half of one, and the field is named', () => {
  for (const text of ['🎁', '𠮷', '\ud83c', '\udf81'])
    expect(() => refuseSupplementary(`券${text}`, 'name')).toThrow(/name/)
  expect(() => refuseSupplementary('券★龘', 'name')).not.toThrow()
})

test('a path is absolute, encoded, and without emoji', () => {
  expect(() => checkPath('/v3/marketing/favor/users/o%E4%BD%A0/coupons?a=b')).not.toThrow()
  for (const path of ['v3/certificates', '/v3/用户', '/v3/a b', '/v3/a\nb', `/v3/${encodeURIComponent('🎁')}`]) {
    expect(() => checkPath(path)).toThrow(PayRequestFault)
  }
})
