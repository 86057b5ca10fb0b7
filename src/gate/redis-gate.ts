import { readFileSync } from 'node:fs'
import type { Cluster, Redis } from 'ioredis'
import { type Asking, believedSeconds, type GateScope, type GateStore, type Proposal } from './gate-store.ts'

type GateCommands = {
  gateAdmit(keyCount: number, ...keysAndArguments: (string | number)[]): Promise<[string, ...(string | number)[]]>
  gateLoad(state: string, free: string, ...arguments_: (string | number)[]): Promise<null>
  gateClear(state: string, free: string, ...numbers: number[]): Promise<null>
}

/** How long the gate remembers that a member holds a grant; after that the ledger is asked once. */
const grantTtlSeconds = 24 * 3_600

/**
 * The gate in Redis. All keys of a merchant have the same hash tag, so that one Lua call reaches all limits of an award
 * also on a Redis Cluster. Every key has a time to live.
 */
export function openRedisGate(redis: Redis | Cluster): GateStore {
  redis.defineCommand('gateAdmit', { lua: readLua('admit.lua') })
  redis.defineCommand('gateLoad', { lua: readLua('load.lua'), numberOfKeys: 2 })
  redis.defineCommand('gateClear', { lua: readLua('clear.lua'), numberOfKeys: 2 })
  const commands = redis as unknown as GateCommands

  const load = async (
    how: 'begin' | 'exact' | 'raise',
    merchantId: number,
    { scope, ttlSeconds, revision }: GateScope,
    high: number,
    free: number[],
  ) => void (await commands.gateLoad(...scopeKeys(merchantId, scope), how, ttlSeconds, revision, high, ...free))

  return {
    async propose(asking, limits) {
      const keys = limits.flatMap((limit) => scopeKeys(asking.merchantId, limit.scope))
      const wishes = limits.flatMap(({ limit, take, ttlSeconds, revision, level }) => [
        limit,
        take,
        ttlSeconds,
        revision,
        level === 'campaign' ? 1 : 0,
      ])
      return readProposal(
        await commands.gateAdmit(keys.length + 1, ...keys, grantKey(asking), believedSeconds, ...wishes),
      )
    },
    exactly: (merchantId, scope, { high, free }) => load('exact', merchantId, scope, high, free),
    begin: (merchantId, scope, high) => load('begin', merchantId, scope, high, []),
    raise: (merchantId, scope, high) => load('raise', merchantId, scope, high, []),
    async clear(merchantId, scope, numbers) {
      await commands.gateClear(...scopeKeys(merchantId, scope), ...numbers)
    },
    async confirm(asking, grantId) {
      await redis.set(grantKey(asking), grantId, 'EX', grantTtlSeconds)
    },
    async believes(merchantId, scope) {
      const [state, free] = scopeKeys(merchantId, scope)
      const [text, numbers] = await Promise.all([redis.get(state), redis.smembers(free)])
      return text === null ? undefined : { high: Number(text.split(':')[0]), free: numbers.map(Number) }
    },
  }
}

function scopeKeys(merchantId: number, scope: string): [state: string, free: string] {
  const state = `gate:{${merchantId}}:${scope}`
  return [state, `${state}/free`]
}

function grantKey({ merchantId, campaignId, mark }: Asking): string {
  return `gate:{${merchantId}}:grant/${campaignId}/${mark}`
}

function readProposal([word, ...rest]: [string, ...(string | number)[]]): Proposal {
  if (word === 'admitted')
    return { kind: 'admitted', numbers: rest.map((joined) => String(joined).split(',').map(Number)) }
  if (word === 'full') return { kind: 'full', index: Number(rest[0]) - 1, grantId: String(rest[1]) || undefined }
  return { kind: 'unloaded', indexes: rest.map((index) => Number(index) - 1) }
}

function readLua(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
}
