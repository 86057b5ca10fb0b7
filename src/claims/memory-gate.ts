import { LRUCache } from 'lru-cache'
import type { Asking, GateStore, Proposal } from './gate-store.ts'
import type { Limit } from './limits.ts'

/** Enough for the members of a busy hour; what falls out is read from the ledger again. */
const maxScopes = 50_000

/** The gate in this process's memory: where there is no Redis, and while Redis does not answer. */
export function openMemoryGate(): GateStore & { forget(): void } {
  const scopes = new LRUCache<string, Set<number>>({ max: maxScopes })
  const grants = new LRUCache<string, string>({ max: maxScopes })

  function propose(asking: Asking, limits: Limit[]): Proposal {
    const known = limits.map((limit) => scopes.get(`${asking.merchantId}/${limit.scope}`))
    const unloaded = known.flatMap((taken, index) => (taken ? [] : [index]))
    if (unloaded.length > 0) return { kind: 'unloaded', indexes: unloaded }
    const full = limits.findIndex(({ limit, take }, index) => (known[index]?.size ?? 0) + take > limit)
    if (full >= 0) return { kind: 'full', index: full, grantId: grants.get(memberOf(asking)) }
    return { kind: 'admitted', numbers: limits.map((limit, index) => takeFree(known[index] as Set<number>, limit)) }
  }

  const add = (merchantId: number, scope: string, numbers: number[]) => {
    const taken = scopes.get(`${merchantId}/${scope}`) ?? new Set()
    for (const number of numbers) taken.add(number)
    scopes.set(`${merchantId}/${scope}`, taken)
  }

  return {
    propose: async (asking, limits) => propose(asking, limits),
    merge: async (merchantId, { scope }, numbers) => add(merchantId, scope, numbers),
    replace: async (merchantId, { scope }, numbers) => void scopes.set(`${merchantId}/${scope}`, new Set(numbers)),
    clear: async (merchantId, slots) => {
      for (const { scope, number } of slots) scopes.get(`${merchantId}/${scope}`)?.delete(number)
    },
    confirm: async (asking, grantId) => void grants.set(memberOf(asking), grantId),
    taken: async (merchantId, scope) => {
      const taken = scopes.get(`${merchantId}/${scope}`)
      return taken && [...taken]
    },
    forget: () => {
      scopes.clear()
      grants.clear()
    },
  }
}

function memberOf({ merchantId, campaignId, openid }: Asking): string {
  return `${merchantId}/${campaignId}/${openid}`
}

/** Usually the places 1 to n are taken, and the next is free; only where some were given back is the start searched. */
function takeFree(taken: Set<number>, { limit, take }: Limit): number[] {
  const numbers: number[] = []
  for (let number = taken.size + 1; number <= limit && numbers.length < take; number += 1) {
    if (!taken.has(number)) numbers.push(number)
  }
  for (let number = 1; numbers.length < take; number += 1) {
    if (!taken.has(number) && !numbers.includes(number)) numbers.push(number)
  }
  for (const number of numbers) taken.add(number)
  return numbers
}
