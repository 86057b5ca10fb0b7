import { Redis } from 'ioredis'
import { inject } from 'vitest'

/** The address of an empty Redis database that no other test uses at this moment. */
export async function takeRedisDatabase(): Promise<string> {
  const server = inject('redisUrl')
  const redis = new Redis(server, { lazyConnect: true })
  await redis.connect()
  try {
    const [, databases] = (await redis.config('GET', 'databases')) as [string, string]
    // Database 0 keeps the counter; the others are handed out in turn.
    const number = ((await redis.incr('paycoupon-test:next')) % (Number(databases) - 1)) + 1
    await redis.select(number)
    await redis.flushdb()
    const url = new URL(server)
    url.pathname = `/${number}`
    return url.href
  } finally {
    redis.disconnect()
  }
}
