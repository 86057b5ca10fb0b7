import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openPace, type Pace } from '../../src/pace/pace.ts'
import { openRedisTurns } from '../../src/pace/redis-turns.ts'
import { takeRedisDatabase } from '../support/redis.ts'
import { movableClock } from '../support/clock.ts'

const account = { mchid: '1601400973', sendsPerSecond: 200 }
const patient = 20_000

/** When each of `count` turns came, in milliseconds. */
async function turns(paces: Pace[], count: number, wish = account): Promise<number[]> {
  const moments: number[] = []
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      expect(await paces[index % paces.length]!.take(wish, patient)).toBe(true)
      moments.push(performance.now())
    }),
  )
  return moments.sort((a, b) => a - b)
}

/** Milliseconds between turns on average. */
function gap(moments: number[]): number {
  return (moments.at(-1)! - moments[0]!) / (moments.length - 1)
}

describe.each([{ shared: true }, { shared: false }])('with Redis: $shared', ({ shared }) => {
  const clock = movableClock()
  let redis: Redis | undefined
  let pace: Pace
  beforeEach(async () => {
    redis = shared ? new Redis(await takeRedisDatabase()) : undefined
    pace = openPace(redis, clock)
  })
  afterEach(() => redis?.disconnect())

  test('turns come no quicker than the rate', async () => {
    // 5.1 ms apart; the first may be used 20 ms late.
    expect(gap(await turns([pace], 300))).toBeGreaterThan(5)
  })

  test('a lone send has its turn at once, after any pause', async () => {
    expect(await pace.take(account, 2_000)).toBe(true)
    expect(await pace.take({ ...account, mchid: '1900000001' }, 2_000)).toBe(true)
  })

  test('who cannot have a turn in time is told so, and when to come again, each at another moment', async () => {
    const slow = { mchid: '1900000002', sendsPerSecond: 0.1 }
    expect(await pace.take(slow, 2_000)).toBe(true)
    expect(await Promise.all([pace.take(slow, 50), pace.take(slow, 100)])).toEqual([false, false])
    const again = Array.from({ length: 3 }, () => pace.comeAgainMs(slow))
    expect(again[0]).toBeGreaterThanOrEqual(500)
    expect(again[1]! - again[0]!).toBeGreaterThan(500)
    expect(again[2]! - again[1]!).toBeGreaterThan(500)
    expect(Array.from({ length: 500 }, () => pace.comeAgainMs(slow)).at(-1)).toBeLessThanOrEqual(60_001)
  })

  test('whoever has less patience goes first: a person before the worker', async () => {
    const tight = { mchid: '1900000003', sendsPerSecond: 20 }
    await pace.take(tight, patient)
    const order: string[] = []
    const worker = Array.from({ length: 5 }, () => pace.take(tight, 10_000).then(() => order.push('worker')))
    const person = pace.take(tight, 2_000).then(() => order.push('person'))
    await Promise.all([...worker, person])
    expect(order.indexOf('person')).toBeLessThanOrEqual(1)
  })

  test('a burst of 429s lowers the rate once, and it rises again slowly', async () => {
    await turns([pace], 5)
    await Promise.all(Array.from({ length: 20 }, () => pace.slowDown(account.mchid)))
    expect(gap(await turns([pace], 40))).toBeGreaterThan(6.5)

    clock.advance(2_000)
    await pace.slowDown(account.mchid)
    expect(gap(await turns([pace], 40))).toBeGreaterThan(9.5)

    // 5 s of rest and 51 % of the ceiling at half a percent a second.
    clock.advance(5_000 + 102_000)
    expect(gap(await turns([pace], 100))).toBeGreaterThan(4.8)
    await redis?.flushdb()
  })

  test('a 429 for an account that never took a turn changes nothing', async () => {
    await pace.slowDown('1900000004')
    expect(await pace.take({ mchid: '1900000004', sendsPerSecond: 10 }, 2_000)).toBe(true)
  })
})

test('two processes share one rate: whoever asks, each turn follows the one before', async () => {
  const url = await takeRedisDatabase()
  const redises = [new Redis(url), new Redis(url)]
  try {
    const sources = redises.map((redis) => openRedisTurns(redis, movableClock()))
    const reserve = (turn: number) => sources[turn % 2]!.reserve('1900000005', 1, 1, 60_000)
    const behindLast = async () => Number(await redises[0]!.hget('pace:{1900000005}', 'next'))
    const { gapMs } = await reserve(0)
    const begun = await behindLast()
    const reserved = await Promise.all(Array.from({ length: 40 }, (_, turn) => reserve(turn)))
    expect(reserved.map(({ count }) => count)).toEqual(Array(40).fill(1))
    expect((await behindLast()) - begun).toBe(40 * gapMs * 1_000)
  } finally {
    for (const redis of redises) redis.disconnect()
  }
})

test('with Redis gone a process goes on with a quarter of the rate', async () => {
  const redis = new Redis({ host: '127.0.0.1', port: 9, maxRetriesPerRequest: 0, enableOfflineQueue: false })
  redis.on('error', () => undefined)
  try {
    const pace = openPace(redis, movableClock())
    const moments = await turns([pace], 20)
    expect(gap(moments)).toBeGreaterThan(18)
    await pace.slowDown(account.mchid)
    expect(gap(await turns([pace], 10))).toBeGreaterThan(25)
  } finally {
    redis.disconnect()
  }
})

test('a Redis whose clock jumped back does not keep anybody waiting', async () => {
  const redis = new Redis(await takeRedisDatabase())
  try {
    await redis.hset(`pace:{${account.mchid}}`, 'next', String((Date.now() + 3_600_000) * 1_000))
    expect(await openPace(redis, movableClock()).take(account, 1_000)).toBe(true)
  } finally {
    redis.disconnect()
  }
})
