import { expect, it } from 'vitest'
import { safeTarget } from '../../../../src/web/member/login-target.ts'

it("A login ends at a page of its own merchant, with that page's query", () => {
  const own = [
    '/m/demo/c/welcome',
    '/m/demo/coupons?from=menu',
    '/m/demo/paid?out_trade_no=A1&x=%E4%BC%9A',
    '/m/demo/card-opened?card_id=p1&encrypt_code=a%2Fb%3D&activate_ticket=x//y',
  ]
  for (const target of own) expect(safeTarget('demo', target)).toBe(target)
})

it('A target is as short as its page allows, and of characters that a cookie can hold', () => {
  expect(safeTarget('demo', '/m/demo/card-opened?card_id=p1&openid=o1&encrypt_code=a%2Fb&x=1')).toBe(
    '/m/demo/card-opened?card_id=p1&encrypt_code=a%2Fb',
  )
  expect(safeTarget('demo', '/m/demo/coupons?a="b",c;d|e')).toBe('/m/demo/coupons?a=%22b%22%2Cc%3Bd%7Ce')
  expect(safeTarget('demo', `/m/demo/c/welcome?x=${'y'.repeat(1_000)}`)).toBe('/m/demo/c/welcome')
})

it.each([
  'https://evil.example/m/demo/',
  '//evil.example/m/demo/c/x',
  '/\\evil.example/m/demo/',
  '/m/demo//evil.example',
  '/m/demo/../../console',
  '/m/demo/%2e%2e/%2e%2e/console',
  '/m/demo/./x',
  '/m/demo/x\r\nSet-Cookie: a=b',
  '/m/demo/\u0000',
  '/m/demo/c/x#//evil.example',
  '/m/demo/c/ x',
  '/m/demo/c/会员',
  '/m/demo/\\..\\x',
  '/m/demo',
  '/m/demo-2/c/x',
  '/console/',
  'javascript:alert(1)',
  `/m/demo/${'x'.repeat(1_020)}`,
  '',
  undefined,
  ['/m/demo/c/x'],
])('%j leads to the coupons instead', (target) => {
  expect(safeTarget('demo', target)).toBe('/m/demo/coupons')
})
