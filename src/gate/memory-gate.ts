import { LRUCache } from 'lru-cache'
import {
  type Asking,
  type Believed,
  believedSeconds,
  type GateScope,
  type GateStore,
  type Proposal,
} from './gate-store.ts'
import type { Limit } from '../ledger/limits/limits.ts'

/** Enough for the members of a busy hour; a scope that is dropped is read from the ledger again. */
const maxScopes = 50_000

type State = { high: number; free: Set<number>; revision: number; readAt: number }

/** The gate in this process's memory, used without Redis and while Redis does not answer. Works like admit.lua. */
export function openMemoryGate(): GateStore & { forget(): void } {
  const states = new LRUCache<string, State>({ max: maxScopes })
  const grants = new LRUCache<string, string>({ max: maxScopes })
  const keyOf = (merchantId: number, scope: string) => `${merchantId}/${scope}`

  function propose(asking: Asking, limits: Limit[]): Proposal {
    const known = limits.map((limit) => states.get(keyOf(asking.merchantId, limit.scope)))
    const indexesOf = (which: (state: State | undefined, limit: Limit) => boolean) =>
      limits.flatMap((limit, index) => (which(known[index], limit) ? [index] : []))
    const unloaded = indexesOf((state, limit) => !state || state.revision < limit.revision)
    if (unloaded.length > 0) return { kind: 'unloaded', indexes: unloaded }

    const full = limits.findIndex((limit, index) => !hasRoom(known[index] as State, limit))
    if (full < 0) return { kind: 'admitted', numbers: limits.map((limit, index) => take(known[index] as State, limit)) }
    const { level } = limits[full] as Limit
    const isOld = performance.now() - (known[full] as State).readAt > believedSeconds * 1_000
    if (level === 'member' && isOld)
      return { kind: 'unloaded', indexes: indexesOf((_, limit) => limit.level === 'member') }
    return { kind: 'full', index: full, grantId: grants.get(memberOf(asking)) }
  }

  function knownState(merchantId: number, { scope, revision }: GateScope): State | undefined {
    const state = states.get(keyOf(merchantId, scope))
    return state && state.revision >= revision ? state : undefined
  }

  function set(merchantId: number, { scope, revision }: GateScope, { high, free }: Believed): void {
    states.set(keyOf(merchantId, scope), { high, free: new Set(free), revision, readAt: performance.now() })
  }

  return {
    propose: async (asking, limits) => propose(asking, limits),
    exactly: async (merchantId, scope, believed) => set(merchantId, scope, believed),
    begin: async (merchantId, scope, high) => {
      if (!knownState(merchantId, scope)) set(merchantId, scope, { high, free: [] })
    },
    raise: async (merchantId, scope, high) => {
      const stays = knownState(merchantId, scope)?.high ?? 0
      set(merchantId, scope, { high: Math.max(high, stays), free: [] })
    },
    clear: async (merchantId, scope, numbers) => {
      const state = states.get(keyOf(merchantId, scope))
      for (const number of numbers) if (state && number <= state.high) state.free.add(number)
    },
    confirm: async (asking, grantId) => void grants.set(memberOf(asking), grantId),
    believes: async (merchantId, scope) => {
      const state = states.get(keyOf(merchantId, scope))
      return state && { high: state.high, free: [...state.free] }
    },
    forget: () => {
      states.clear()
      grants.clear()
    },
  }
}

function memberOf({ merchantId, campaignId, mark }: Asking): string {
  return `${merchantId}/${campaignId}/${mark}`
}

/** The free places within the limit. There may be others above it, when the limit was lowered. */
function usable({ free }: State, limit: number): number[] {
  return free.size === 0 ? [] : [...free].filter((number) => number <= limit)
}

function hasRoom(state: State, { limit, take }: Limit): boolean {
  const above = Math.max(0, limit - state.high)
  return above >= take || above + usable(state, limit).length >= take
}

/**
 * Takes places. A member's n-th coupon must have the n-th place, so a member gets the lowest free one. For a campaign's
 * scope any place will do, so the next one above is taken, which costs least.
 */
function take(state: State, { limit, take: wanted, level }: Limit): number[] {
  const numbers: number[] = []
  const fromSet = () => {
    for (const number of usable(state, limit).sort((a, b) => a - b)) {
      if (numbers.length < wanted && state.free.delete(number)) numbers.push(number)
    }
  }
  if (level === 'member') fromSet()
  while (numbers.length < wanted && state.high < limit) numbers.push((state.high += 1))
  if (numbers.length < wanted) fromSet()
  return numbers
}
