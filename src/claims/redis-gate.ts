import { readFileSync } from 'node:fs'
import type { Cluster, Redis } from 'ioredis'
import { fromBitmap, toBitmap } from './bitmap.ts'
import type { Asking, GateStore, Proposal } from './gate-store.ts'

type GateCommands = {
  gateAdmit(keyCount: number, ...keysAndArguments: (string | number)[]): Promise<[string, ...(string | number)[]]>
  gateMerge(key: string, scratch: string, bitmap: Buffer, ttlSeconds: number): Promise<null>
}

/** As long as the gate remembers that a member holds a grant; after that the ledger is asked once. */
const grantTtlSeconds = 24 * 3_600

/**
 * The gate in Redis. Every key of a merchant carries the same hash tag, so that one Lua call reaches all limits of an
 * award on a Redis Cluster as well.
 */
export function openRedisGate(redis: Redis | Cluster): GateStore {
  redis.defineCommand('gateAdmit', { lua: readLua('admit.lua') })
  redis.defineCommand('gateMerge', { lua: readLua('merge.lua'), numberOfKeys: 2 })
  const commands = redis as unknown as GateCommands

  return {
    async propose(asking, limits) {
      const keys = limits.map((limit) => scopeKey(asking.merchantId, limit.scope))
      const wishes = limits.flatMap(({ limit, take, ttlSeconds, level }) => [
        limit,
        take,
        ttlSeconds,
        level === 'campaign' ? 1 : 0,
      ])
      return readProposal(await commands.gateAdmit(keys.length + 1, ...keys, grantKey(asking), ...wishes))
    },
    async merge(merchantId, { scope, ttlSeconds }, numbers) {
      const key = scopeKey(merchantId, scope)
      await commands.gateMerge(key, `${key}/merge`, toBitmap(numbers), ttlSeconds)
    },
    async replace(merchantId, { scope, ttlSeconds }, numbers) {
      await redis.set(scopeKey(merchantId, scope), toBitmap(numbers), 'EX', ttlSeconds)
    },
    async clear(merchantId, slots) {
      await Promise.all(slots.map(({ scope, number }) => redis.setbit(scopeKey(merchantId, scope), number, 0)))
    },
    async confirm(asking, grantId) {
      await redis.set(grantKey(asking), grantId, 'EX', grantTtlSeconds)
    },
    async taken(merchantId, scope) {
      const bitmap = await redis.getBuffer(scopeKey(merchantId, scope))
      return bitmap && (bitmap[0] ?? 0) >= 0x80 ? fromBitmap(bitmap) : undefined
    },
  }
}

function scopeKey(merchantId: number, scope: string): string {
  return `gate:{${merchantId}}:${scope}`
}

function grantKey({ merchantId, campaignId, openid }: Asking): string {
  return `gate:{${merchantId}}:grant/${campaignId}/${openid}`
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
