import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsers } from './parsers.ts'

/** A sample with a piece cut out, doubled or replaced: most of it still fits. */
const damaged = (sample: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(sample.length), fc.nat(sample.length), fc.oneof(fc.string({ unit: 'binary' }), fc.constant(sample)))
    .map(([one, other, piece]) => {
      const [begin, end] = [Math.min(one, other), Math.max(one, other)]
      return sample.slice(0, begin) + piece + sample.slice(end)
    })

/** The sample's JSON with a value of any kind in the place of each of its own. */
const retyped = (sample: string): fc.Arbitrary<string> =>
  fc.tuple(fc.nat(), fc.jsonValue({ maxDepth: 2 })).map(([which, value]) => {
    const values = sample.match(/:("[^"]*"|\d+|true|false)/g) ?? []
    const one = values[which % Math.max(1, values.length)]
    return one === undefined ? sample : sample.replace(one, `:${JSON.stringify(value)}`)
  })

describe.each(parsers)('what reads a $name', ({ read, refusal, sample, hostile, longest }) => {
  /** True when it took the text, false when it refused it in its own way. */
  function takes(text: string): boolean {
    try {
      read(text)
      return true
    } catch (error) {
      if (refusal && error instanceof refusal) return false
      throw error
    }
  }

  test('takes what is right', () => expect(takes(sample)).toBe(true))

  test('throws nothing but its own refusal', () => {
    const any = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), damaged(sample), retyped(sample))
    fc.assert(
      fc.property(any, (text) => void takes(text)),
      { numRuns: 1_000 },
    )
  })

  test('takes or refuses the longest texts that reach it', () => {
    for (const text of hostile(longest)) expect(takes(text)).toBeTypeOf('boolean')
  })
})
