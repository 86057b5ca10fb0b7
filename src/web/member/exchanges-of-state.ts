import { kept } from '../../plumbing/cache.ts'
import type { Services } from '../../services.ts'
import { loginMs } from './login-book.ts'

/**
 * WeChat sends a browser back with at most two codes for one state (docs/wechat/official-account.md 1.6); whoever
 * brings more makes them up, and each costs a call with the AppSecret.
 */
const mostExchanges = 3

/** Without Redis, at most this many states are counted at a time; those forgotten may be exchanged three times more. */
const counts = kept<string, number>({ most: 20_000, ageMs: loginMs })

/**
 * True when a code may still be exchanged for this state (its hash), over all processes; counts this one. Without
 * Redis, or when it fails, each process counts on its own.
 */
export async function mayExchange({ redis, cache, log }: Services, state: string): Promise<boolean> {
  const count = await countInRedis(redis, `oauth-state:${state}`).catch((error: unknown) => {
    log.warn({ err: error }, 'OAuth exchanges are counted without Redis')
    return undefined
  })
  if (count !== undefined) return count <= mostExchanges
  const own = (cache.get(counts, state) ?? 0) + 1
  cache.set(counts, state, own)
  return own <= mostExchanges
}

async function countInRedis(redis: Services['redis'], key: string): Promise<number | undefined> {
  const replies = await redis?.multi().set(key, 0, 'PX', loginMs, 'NX').incr(key).exec()
  const [error, count] = replies?.[1] ?? []
  if (error) throw error
  return count as number | undefined
}
