import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Clock } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { type Loop, openLoop } from '../plumbing/schedule/loop.ts'
import { type CampaignScope, campaignScopes } from '../ledger/campaign-scopes.ts'
import { findHoles, placesIn } from '../ledger/holes.ts'
import type { Gate } from './gate.ts'

/** A scope is read again only after this many times the duration of its last reading. */
const restFactor = 3
/** The most places read of one scope per round; the others follow in later rounds. */
const mostAtOnce = 10_000

/** The services that the repair needs. */
type Parts = { db: Db; redis: Redis | Cluster | undefined; clock: Clock; log: Logger; gate: Gate }

export type GateRepair = Loop & {
  /** One round, now. Throws what Redis and the database throw. */
  tick(): Promise<void>
}

type Seen = { missing: Set<number>; notBefore: number }

/**
 * Finds places that the gate holds and the ledger does not: a process died between the two, the message that freed them
 * was lost, or the gate was loaded by the highest place alone. Frees the places that were already missing one round
 * ago; a round must be far longer than a claim takes from the gate to the ledger. Only scopes of a whole campaign whose
 * places were all proposed need it: a member's scopes are read again when the member taps.
 */
export function openGateRepair(parts: Parts, everyMs = 10_000): GateRepair {
  const { log } = parts
  const token = randomUUID()
  let seen = new Map<string, Seen>()

  async function repair(): Promise<void> {
    const next = new Map<string, Seen>()
    for (const one of await campaignScopes(parts.db, parts.clock.now())) {
      const key = `${one.merchantId}/${one.scope}`
      const found = await repairScope(one, seen.get(key))
      if (found) next.set(key, found)
    }
    seen = next
  }

  async function repairScope(one: CampaignScope, before: Seen | undefined): Promise<Seen | undefined> {
    const { merchantId, scope, limit } = one
    const believed = await parts.gate.believes(merchantId, scope)
    // A lost place does no harm while others are free, but the last of them may go in the moment before the second look.
    if (!believed || believed.high < limit || believed.free.length >= mostAtOnce) return undefined
    if (before && performance.now() < before.notBefore) return before
    if (!(await isOurs(parts, token, one, 3 * everyMs))) return undefined

    const begun = performance.now()
    const free = new Set(believed.free)
    const holes = placesIn(await findHoles(parts.db, one, mostAtOnce + free.size))
    const missing = new Set(holes.filter((number) => !free.has(number)))
    const restMs = (performance.now() - begun) * restFactor
    const notBefore = restMs > everyMs ? performance.now() + restMs : 0
    const freed = [...missing].filter((number) => before?.missing.has(number))
    parts.gate.giveBack(
      merchantId,
      freed.map((number) => ({ scope, number })),
    )
    for (const number of freed) missing.delete(number)
    if (freed.length > 0) log.warn({ scope, freed: freed.length }, 'freed places that the gate held for nobody')
    return { missing, notBefore }
  }

  return { ...openLoop({ name: 'gate repair', everyMs, look: repair, log }), tick: repair }
}

/**
 * Only one process repairs a scope, since it must remember what was missing. It keeps the scope as long as it comes
 * back within `lockMs`.
 */
async function isOurs(
  { redis }: Parts,
  token: string,
  { merchantId, scope }: CampaignScope,
  lockMs: number,
): Promise<boolean> {
  if (!redis) return true
  const key = `gate:{${merchantId}}:repair/${scope}`
  if ((await redis.set(key, token, 'PX', lockMs, 'NX')) === null && (await redis.get(key)) !== token) return false
  await redis.pexpire(key, lockMs)
  return true
}
