import type { Cluster, Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Db } from '../plumbing/storage/database.ts'
import { Refusal } from '../refusal.ts'
import type { Asking, Believed, GateStore, Proposal } from './gate-store.ts'
import type { Limit } from '../ledger/limits/limits.ts'
import { openMemoryGate } from './memory-gate.ts'
import { LedgerError, readScopes } from './read-scopes.ts'
import { openRedisGate } from './redis-gate.ts'

export type Admission =
  /** The numbers to take under each limit, in the order of the limits. */
  { kind: 'admitted'; numbers: number[][] } | { kind: 'full'; limit: Limit; grantId: string | undefined }

/**
 * The quick door: it proposes free places and turns the crowd away. Its errors do no harm: a proposed place that is
 * taken conflicts in the ledger, and a free place that it believes to be taken is found by `gate-repair.ts`.
 */
export type Gate = {
  /** Throws a `try_later` refusal when neither Redis nor the ledger can be asked now. */
  admit(asking: Asking, limits: Limit[]): Promise<Admission>
  /** Reads these scopes from the ledger again, because the gate was wrong about them. */
  refill(merchantId: number, limits: Limit[]): Promise<void>
  giveBack(merchantId: number, slots: { scope: string; number: number }[]): void
  /** The member holds this grant: repeated taps are answered with it. */
  confirm(asking: Asking, grantId: string): void
  believes(merchantId: number, scope: string): Promise<Believed | undefined>
}

/**
 * While Redis does not answer, claims use the ledger alone, at most this many at a time. The others get `try_later`, so
 * that the crowd that Redis held back does not overload the database.
 */
const withoutRedisAtOnce = 16

/** A scope is read from the ledger at most this often in one admission: more would mean that Redis loses our writes. */
const maxLoads = 3

/** Opens the gate in Redis, with one in memory for times when Redis does not answer; without Redis, in memory only. */
export function openGate(options: { redis: Redis | Cluster | undefined; db: Db; log: Logger }): Gate {
  const { db, log } = options
  const memory = openMemoryGate()
  const shared = options.redis && openRedisGate(options.redis)
  let redisFailed = false
  /** While Redis answers, memory is told nothing: when Redis fails, it starts from the ledger. */
  const stores = () => (shared && !redisFailed ? [shared] : shared ? [shared, memory] : [memory])

  const noteFailure = (error: unknown) => {
    if (redisFailed) return
    log.warn({ error: (error as Error).message }, 'Redis does not answer: claims go by the ledger alone')
    // A claim of an earlier failure may have used memory after Redis answered again.
    memory.forget()
    redisFailed = true
  }
  const withoutRedis = bounded(withoutRedisAtOnce, (asking: Asking, limits: Limit[]) =>
    admitBy(memory, db, asking, limits),
  )

  async function admit(asking: Asking, limits: Limit[]): Promise<Admission> {
    if (!shared) return admitBy(memory, db, asking, limits)
    try {
      const admission = await admitBy(shared, db, asking, limits)
      redisFailed = false
      return admission
    } catch (error) {
      if (error instanceof LedgerError) throw error.cause
      noteFailure(error)
    }
    return withoutRedis(asking, limits)
  }
  /** Best effort: what Redis misses here, the ledger or the repair corrects. */
  const tell = (act: (store: GateStore) => Promise<void>) => {
    for (const store of stores()) act(store).catch(noteFailure)
  }
  return {
    admit,
    async refill(merchantId, limits) {
      await Promise.all(
        stores().map((store) => loadScopes(store, db, 'raise', merchantId, limits).catch(unlessLedger(noteFailure))),
      )
    },
    giveBack(merchantId, slots) {
      for (const scope of new Set(slots.map((slot) => slot.scope))) {
        const numbers = slots.filter((slot) => slot.scope === scope).map((slot) => slot.number)
        tell((store) => store.clear(merchantId, scope, numbers))
      }
    },
    confirm: (asking, grantId) => tell((store) => store.confirm(asking, grantId)),
    believes: (merchantId, scope) => (shared ?? memory).believes(merchantId, scope),
  }
}

async function admitBy(store: GateStore, db: Db, asking: Asking, limits: Limit[]): Promise<Admission> {
  for (let load = 0; load <= maxLoads; load += 1) {
    const proposal: Proposal = await store.propose(asking, limits)
    if (proposal.kind === 'admitted') return proposal
    if (proposal.kind === 'full')
      return { kind: 'full', limit: limits[proposal.index] as Limit, grantId: proposal.grantId }
    const unloaded = proposal.indexes.map((index) => limits[index] as Limit)
    await loadScopes(store, db, 'begin', asking.merchantId, unloaded)
  }
  throw new Refusal('try_later', { status: 503 })
}

/** `how` is for campaigns' scopes; a member's scope is always replaced. */
async function loadScopes(
  store: GateStore,
  db: Db,
  how: 'begin' | 'raise',
  merchantId: number,
  limits: Limit[],
): Promise<void> {
  const read = await readScopes(db, merchantId, limits)
  await Promise.all(
    limits.map((limit, index) => {
      const believed = read[index] as Believed
      return limit.level === 'member'
        ? store.exactly(merchantId, limit, believed)
        : store[how](merchantId, limit, believed.high)
    }),
  )
}

/** At most `atOnce` calls run at a time; a further call throws a `try_later` refusal. */
function bounded<A extends unknown[], R>(atOnce: number, act: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  let running = 0
  return async (...args) => {
    if (running >= atOnce) throw new Refusal('try_later', { status: 503 })
    running += 1
    try {
      return await act(...args)
    } finally {
      running -= 1
    }
  }
}

/** Rethrows an error of the ledger; any other error is the store's and is noted. */
function unlessLedger(note: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    if (error instanceof LedgerError) throw error.cause
    note(error)
  }
}
