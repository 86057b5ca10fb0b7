import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { kept } from '../../plumbing/cache.ts'
import type { Services } from '../../services.ts'
import { type Exchanged, exchangeTimeoutMs } from '../../wechat/official/oauth.ts'
import { mayExchange } from './exchanges-of-state.ts'

/** What became of a code; `too_many`: WeChat was not asked, because too many codes came for the same state. */
export type LoginExchange = Exchanged | { kind: 'too_many' }

/** An exchange that is running or done; only the browser that holds `state` may use its result. */
type Exchange = { state: string; result: Promise<LoginExchange>; done: boolean }
/** The same in Redis; without a result it is running in some process. */
type Shared = { state: string; result?: LoginExchange }

/** WeChat repeats a callback within seconds; the Back key comes later and starts a new login. */
const keptMs = 60_000
/** If a process dies during an exchange, the code is free again after this time. */
const underWayMs = exchangeTimeoutMs + 2_000
const pollMs = 50
/**
 * At most this many members log in within a minute; above it the oldest results are forgotten, which costs a redirect.
 */
const mostKept = 20_000
const exchanges = kept<string, Exchange>({ most: mostKept, ageMs: keptMs })

/**
 * Runs `exchange` once per code, over all requests and processes (docs/wechat/official-account.md 1.6): a code works
 * once, and WeChat's browser sends the same one twice when we are slow. A repeat with the same state waits for the
 * first result, or gets it for another minute. A repeat with another state gets `code_used`, so that a shared link
 * never logs anyone in. One state is good for three codes (`exchanges-of-state.ts`). Without Redis, or when it fails,
 * each process does this on its own.
 */
export async function exchangeOnce(
  services: Services,
  a: { code: string; state: string },
  exchange: () => Promise<Exchanged>,
): Promise<LoginExchange> {
  const key = `oauth:${sha256(a.code)}`
  const state = sha256(a.state)
  const known = services.cache.get(exchanges, key)
  if (known) return known.state === state ? again(known) : codeUsed
  const within = async () => ((await mayExchange(services, state)) ? exchange() : tooMany)
  const mine: Exchange = { state, done: false, result: onceOverProcesses(services, key, state, within) }
  services.cache.set(exchanges, key, mine)
  const result = await mine.result
  mine.done = true
  return result
}

const codeUsed: LoginExchange = { kind: 'code_used' }
const tooMany: LoginExchange = { kind: 'too_many' }

/** The browser loads a snapshot's address again when the person has tapped 使用完整服务, and this needs a new code. */
async function again(known: Exchange): Promise<LoginExchange> {
  const late = known.done
  const result = await known.result
  return late && result.kind === 'snapshot' ? codeUsed : result
}

async function onceOverProcesses(
  { redis, log }: Services,
  key: string,
  state: string,
  exchange: () => Promise<LoginExchange>,
): Promise<LoginExchange> {
  if (!redis) return exchange()
  const share = (value: Shared) => JSON.stringify(value)
  const taken = await redis.set(key, share({ state }), 'PX', underWayMs, 'NX').catch(() => 'unreachable')
  if (taken === null) return await resultOfOther(redis, key, state)
  if (taken !== 'OK') log.warn('OAuth exchange without Redis: a repeat at another process will log in anew')
  const result = await exchange()
  await redis.set(key, share({ state, result }), 'PX', keptMs).catch(() => undefined)
  return result
}

/** Waits for the process that came first. If its result does not come, the code is lost and a new one is requested. */
async function resultOfOther(
  redis: NonNullable<Services['redis']>,
  key: string,
  state: string,
): Promise<LoginExchange> {
  for (let waitedMs = 0; waitedMs < underWayMs; waitedMs += pollMs) {
    const text = await redis.get(key).catch(() => null)
    if (text === null) return codeUsed
    const shared = JSON.parse(text) as Shared
    if (shared.state !== state) return codeUsed
    if (shared.result) return waitedMs === 0 && shared.result.kind === 'snapshot' ? codeUsed : shared.result
    await sleep(pollMs)
  }
  return codeUsed
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
