import { expect, test } from 'vitest'
import { goodsTagSet, goodsTagSets } from '../../src/stocks/goods-tags.ts'

test.each([
  ['MUTEX_STORE', 'store', false],
  ['NO_MUTEX_STORE MUTEX_STORE', 'store', true],
  ['MUTEX_ONLINE', 'online', false],
  ['MUTEX_ONLINE NO_MUTEX_ONLINE', 'online', true],
  ['MUTEX_ONLINE MUTEX_STORE', 'both', false],
  ['NO_MUTEX_ONLINE NO_MUTEX_STORE MUTEX_ONLINE MUTEX_STORE', 'both', true],
])('%s is one of the six sets', (tags, place, stackable) => {
  expect(goodsTagSet(tags.split(' '))).toMatchObject({ place, stackable })
})

test.each([
  [''],
  ['NO_MUTEX_STORE'],
  ['NO_MUTEX_ONLINE'],
  ['MUTEX_STORE NO_MUTEX_STORE MUTEX_ONLINE'],
  ['MUTEX_STORE NO_MUTEX_ONLINE'],
  ['mutex_store'],
  ['MUTEX_STORE OTHER'],
])('"%s" is none of them', (tags) => {
  expect(goodsTagSet(tags.split(' ').filter(Boolean))).toBeUndefined()
})

test('of all 16 mixtures of the four tags exactly six are allowed', () => {
  const tags = ['MUTEX_STORE', 'NO_MUTEX_STORE', 'MUTEX_ONLINE', 'NO_MUTEX_ONLINE']
  const mixtures = Array.from({ length: 16 }, (_, bits) => tags.filter((_tag, place) => bits & (1 << place)))
  expect(mixtures.filter((mixture) => goodsTagSet(mixture))).toHaveLength(6)
  expect(new Set(goodsTagSets.map((set) => set.meaning)).size).toBe(6)
})
