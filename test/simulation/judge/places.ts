import { limitsOfGrant } from '../doors.ts'
import type { World } from '../world.ts'
import type { Evidence, GrantRow } from './evidence.ts'

type Scope = { limit: number; used: number }

/** Each grant that counts holds exactly the places of its limits, nobody else holds any, and what is left is free. */
export async function judgePlaces(world: World, evidence: Evidence): Promise<string[]> {
  const failures: string[] = []
  const scopes = new Map<string, Scope>()
  const ids = new Set(evidence.grants.map((grant) => grant.id))

  for (const grant of evidence.grants) {
    const held = evidence.slots.filter((slot) => slot.grant_id === grant.id)
    if (!evidence.counts(grant)) {
      if (held.length > 0) failures.push(`places: ${nameOf(grant)} gave nothing and holds ${held[0]!.scope}`)
      continue
    }
    for (const { scope, limit, take } of await limitsOfGrant(world, evidence, grant)) {
      const has = held.filter((slot) => slot.scope === scope).length
      if (has !== take) failures.push(`places: ${nameOf(grant)} holds ${has} of ${scope}, not ${take}`)
      const known = scopes.get(scope) ?? { limit, used: 0 }
      scopes.set(scope, { limit, used: known.used + take })
    }
  }
  for (const slot of evidence.slots) {
    if (slot.grant_id !== null && !ids.has(slot.grant_id)) failures.push(`places: ${slot.scope} is held by no grant`)
  }
  for (const [scope, { limit, used }] of scopes) {
    const taken = evidence.slots.filter((slot) => slot.scope === scope && slot.number <= limit).length
    const free = Math.max(0, limit - used)
    if (limit - taken !== free) failures.push(`places: ${limit - taken} of ${scope} are free, ${free} should be`)
  }
  return failures
}

function nameOf(grant: GrantRow): string {
  return `grant ${grant.trigger_key} of ${grant.openid}`
}
