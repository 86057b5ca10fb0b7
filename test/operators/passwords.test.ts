import { expect, test } from 'vitest'
import { openCache } from '../../src/plumbing/cache.ts'
import { systemClock } from '../../src/plumbing/clock.ts'
import { hashPassword, passwordHolds } from '../../src/operators/password-hash.ts'
import { inTurn } from '../../src/operators/password-queue.ts'
import { checkPassword } from '../../src/operators/password-rules.ts'

const cache = openCache(systemClock)

test.each([
  ['short', 'password_short'],
  ['eleven char', 'password_short'],
  ['x'.repeat(201), 'password_long'],
  ['Password1234', 'password_common'],
  ['123456789012', 'password_common'],
  ['987654321098', 'password_common'],
  ['ababababababab', 'password_common'],
  ['LongName@example.com', 'password_is_email'],
  ['longname@example.com', 'password_is_email'],
])('%s is no password', (password, word) => {
  expect(() => checkPassword(password, 'longname@example.com')).toThrow(expect.objectContaining({ word }) as Error)
})

test('twelve characters of any kind are one', () => {
  for (const password of ['correct hors', '会员领券活动真不错呀好的', 'T4#xq!9Lm2_z']) checkPassword(password, 'a@b.cn')
})

test('is stored as a scrypt hash that no other password opens, however the same letters are typed', async () => {
  const worker = { cache, config: { passwordLog2N: 15 } }
  const stored = await hashPassword(worker, 'caf\u00e9 at the corner')
  expect(stored).toMatch(/^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/)
  expect(await passwordHolds(worker, 'cafe\u0301 at the corner', stored, true)).toBe(true)
  expect(await passwordHolds(worker, 'cafe at the corner', stored, true)).toBe(false)
  expect(await passwordHolds(worker, 'anything', null, true)).toBe(false)
})

test('two are hashed at once; people whose browser is known go before strangers, of whom only some may wait', async () => {
  const order: string[] = []
  const begun: (() => void)[] = []
  const work = (name: string) => () => (order.push(name), new Promise<void>((end) => void begun.push(end)))
  const all = ['a', 'b', 'c', 'd'].map((name) => inTurn(cache, false, work(name)))
  all.push(inTurn(cache, true, work('known')))
  expect(order).toEqual(['a', 'b'])
  begun[0]!()
  await all[0]
  expect(order).toEqual(['a', 'b', 'known'])
  const crowd = Array.from({ length: 30 }, () =>
    inTurn(cache, false, async () => undefined).catch((error: Error) => error),
  )
  for (const end of begun.slice(1)) end()
  while (order.length < 5) await Promise.resolve()
  for (const end of begun) end()
  const turnedAway = (await Promise.all(crowd)).filter((answer) => answer instanceof Error)
  expect(turnedAway).toHaveLength(12)
})
