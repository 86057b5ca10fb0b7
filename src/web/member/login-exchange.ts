import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Services } from '../../services.ts'
import { type Exchanged, exchangeTimeoutMs } from '../../wechat/oauth.ts'

/** An exchange under way or done, for the browser that holds `state` and no other. */
type Kept = { state: string; result: Promise<Exchanged>; done: boolean }
/** The same in Redis; without a result it is under way in some process. */
type Shared = { state: string; result?: Exchanged }

/** WeChat repeats a callback within seconds; a Back key comes later and is answered by a new login. */
const keptMs = 60_000
/** A process that dies in the middle of an exchange lets go of the code after this. */
const underWayMs = exchangeTimeoutMs + 2_000
const pollMs = 50
/** A crowd of this size logs in within a minute at most; above it the oldest results are forgotten, which costs a redirect. */
const mostKept = 20_000

/**
 * Runs `exchange` once for a code, whoever asks and in whichever process (docs/wechat/official-account.md 1.6): a code
 * works once, and WeChat's browser sends the same one twice when we are slow. A repeat with the same state waits for
 * the first result or gets it for a minute; one with another state gets `code_used`, so that a shared link is never a
 * login. Without Redis, or when it fails, each process does so on its own.
 */
export async function exchangeOnce(
  services: Services,
  a: { code: string; state: string },
  exchange: () => Promise<Exchanged>,
): Promise<Exchanged> {
  const key = `oauth:${sha256(a.code)}`
  const state = sha256(a.state)
  const kept = keptBy(services)
  const known = kept.get(key)
  if (known) return known.state === state ? again(known) : codeUsed
  const mine: Kept = { state, done: false, result: onceOverProcesses(services, key, state, exchange) }
  kept.set(key, mine)
  const result = await mine.result
  mine.done = true
  return result
}

const codeUsed: Exchanged = { kind: 'code_used' }

/** The page of a snapshot is loaded again once its person has tapped 使用完整服务: that takes a new code. */
async function again(known: Kept): Promise<Exchanged> {
  const late = known.done
  const result = await known.result
  return late && result.kind === 'snapshot' ? codeUsed : result
}

async function onceOverProcesses(
  { redis, log }: Services,
  key: string,
  state: string,
  exchange: () => Promise<Exchanged>,
): Promise<Exchanged> {
  if (!redis) return exchange()
  const share = (value: Shared) => JSON.stringify(value)
  const taken = await redis.set(key, share({ state }), 'PX', underWayMs, 'NX').catch(() => 'unreachable')
  if (taken === null) return await resultOfOther(redis, key, state)
  if (taken !== 'OK') log.warn('OAuth exchange without Redis: a repeat at another process will log in anew')
  const result = await exchange()
  await redis.set(key, share({ state, result }), 'PX', keptMs).catch(() => undefined)
  return result
}

/** Waits for the process that came first. If its result does not come, the code is lost and a new one is asked for. */
async function resultOfOther(redis: NonNullable<Services['redis']>, key: string, state: string): Promise<Exchanged> {
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

const keptOf = new WeakMap<Services, LRUCache<string, Kept>>()

function keptBy(services: Services): LRUCache<string, Kept> {
  const known = keptOf.get(services)
  if (known) return known
  const kept = new LRUCache<string, Kept>({
    max: mostKept,
    ttl: keptMs,
    perf: { now: () => services.clock.now().getTime() },
  })
  keptOf.set(services, kept)
  return kept
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
