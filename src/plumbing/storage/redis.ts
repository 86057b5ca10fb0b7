import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { Logger } from 'pino'

/**
 * Longer than a healthy Redis ever takes; short enough that the ledger can still decide the claim. Without a
 * connection, a command fails at once instead of waiting in a queue.
 */
const commandTimeoutMs = 500

/** Opens Redis at one address, or a Redis Cluster at several; undefined when there is none. Reconnects by itself. */
export function openRedis(urls: string[], log: Logger): Redis | Cluster | undefined {
  const [first] = urls
  if (first === undefined) return undefined
  const options: RedisOptions = {
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2_000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: true,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
  }
  const redis =
    urls.length > 1
      ? new Cluster(urls, { redisOptions: options, enableOfflineQueue: false })
      : new Redis(first, options)
  redis.on('error', (error: Error) => log.debug({ error: error.message }, 'redis'))
  return redis
}

/** Waits until Redis is ready, at most `timeoutMs`. False: it is not, and the process starts without it. */
export async function redisReady(redis: Redis | Cluster, timeoutMs: number): Promise<boolean> {
  if (redis.status === 'ready') return true
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs)
    redis.once('ready', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
