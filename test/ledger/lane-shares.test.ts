import { expect, test } from 'vitest'
import { shareLanes } from '../../src/ledger/lane-shares.ts'
import type { Lane } from '../../src/ledger/lanes.ts'

const lane = (stockRef: number, wish: Partial<Lane> = {}): Lane => ({
  accountId: 1,
  stockRef,
  merchantId: 1,
  mchid: '1601400973',
  weight: 1,
  sendsPerSecond: 100_000,
  ...wish,
})
const none = new Map<number, number>()
const takes = (lanes: Lane[], hands: number, wish: { inHand?: Map<number, number>; start?: number } = {}) =>
  Object.fromEntries(
    shareLanes(lanes, { hands, inHand: none, start: 0, ...wish }).map((share) => [share.lane.stockRef, share.take]),
  )

test('who is alone has all hands', () => {
  expect(takes([lane(1)], 256)).toEqual({ 1: 256 })
})

test('merchants share by their weight, whatever the number of their stocks', () => {
  const theirs = { accountId: 2, merchantId: 2 }
  expect(takes([lane(1), lane(2), lane(3, theirs)], 240)).toEqual({ 1: 60, 2: 60, 3: 120 })
  expect(takes([lane(1), lane(3, { ...theirs, weight: 3 })], 240)).toEqual({ 1: 60, 3: 180 })
})

test('an account has no more in hand than it may send in half a second, over all its stocks', () => {
  const slow = { sendsPerSecond: 20 }
  expect(takes([lane(1, slow), lane(2, slow), lane(3, { accountId: 2 })], 256)).toEqual({ 1: 10, 3: 85 })
  expect(takes([lane(1, slow)], 256, { inHand: new Map([[1, 7]]) })).toEqual({ 1: 3 })
  expect(takes([lane(1, slow)], 256, { inHand: new Map([[1, 10]]) })).toEqual({})
  expect(takes([lane(1, { sendsPerSecond: 1 })], 256)).toEqual({ 1: 1 })
})

test('with more lanes than hands each has its turn', () => {
  const lanes = [1, 2, 3, 4, 5].map((number) => lane(number, { accountId: number, merchantId: number }))
  const seen = [0, 1, 2, 3, 4].map((start) => Object.keys(takes(lanes, 2, { start })).map(Number))
  expect(seen).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 5],
    [1, 5],
  ])
})

test('nothing is shared out of nothing', () => {
  expect(takes([], 256, { start: 7 })).toEqual({})
  expect(takes([lane(1)], 0)).toEqual({})
})
