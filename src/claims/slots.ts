import { LRUCache } from 'lru-cache'
import type { Services } from '../services.ts'
import type { Limit } from './limits.ts'

/** How long a full scope counts as full without counting again, so that a crowd of late events costs one count. */
const knownFullMs = 1_000

/** More scopes than are full at once in a busy second. */
const mostKnown = 1_000

const knownFull = new WeakMap<Services, LRUCache<string, number>>()

/** True when the ledger itself holds every place of the scope, or too few are left for what is wanted. */
export async function isFullInLedger(
  services: Services,
  { scope, limit, take }: Pick<Limit, 'scope' | 'limit' | 'take'>,
): Promise<boolean> {
  const known = knownFull.get(services) ?? new LRUCache<string, number>({ max: mostKnown })
  knownFull.set(services, known)
  const now = services.clock.now().getTime()
  if ((known.get(scope) ?? 0) > now) return true
  const { taken } = await services.db
    .selectFrom('slots')
    .select((eb) => eb.fn.countAll<number>().as('taken'))
    .where('scope', '=', scope)
    .executeTakeFirstOrThrow()
  const full = Number(taken) + take > limit
  if (full) known.set(scope, now + knownFullMs)
  else known.delete(scope)
  return full
}
