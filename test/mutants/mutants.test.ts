import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { planted } from './mutant.ts'
import { mutants } from './mutants.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test.each(mutants)('$name can be planted: the code it changes stands there once', (mutant) => {
  expect(() => planted(root, mutant)).not.toThrow()
  const { guardedBy, tests } = mutant
  if (guardedBy) expect(() => planted(root, guardedBy)).not.toThrow()
  for (const file of tests) expect(existsSync(root + file), file).toBe(true)
})

test('one whose code is gone, or stands there twice, says so instead of planting nothing', () => {
  const edit = { file: 'src/ledger/coupon.ts', replace: '' }
  expect(() => planted(root, { ...edit, find: 'no such code' })).toThrow('is stale: found 0 times')
  expect(() => planted(root, { ...edit, find: 'string' })).toThrow(/is stale: found \d times/)
})

test('each has a name of its own, and none of the first twenty is missing', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  const first = mutants.flatMap(({ was }) => (was === undefined ? [] : [was]))
  expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
})
