import { beijingDay } from '../../../src/plumbing/clock.ts'
import type { Rules } from '../chronicle.ts'
import type { World } from '../world.ts'
import type { Evidence, GrantRow } from './evidence.ts'

/**
 * Every limit at every moment at which a grant came to count, and at which WeChat gave a coupon of one that no longer did:
 * as many count then, WeChat's coupons included whatever our side believes, as the rules then in force allowed.
 */
export function judgeLimits(world: World, evidence: Evidence): string[] {
  const failures: string[] = []
  const grants = new Map(evidence.grants.map((grant) => [grant.id, grant]))
  const rulesOf = new Map<number, Rules>()
  const countingRows = new Map<string, Set<string>>()
  const begun = new Set<string>()
  const given = new Set<string>()
  const counts = (id: string) => begun.has(id) && (given.has(id) || countingRows.get(id)!.size > 0)

  function check(grant: GrantRow, rules: Rules): void {
    for (const { name, most, shares } of limitsIn(rules, grant)) {
      const used = [...grants.values()].filter((one) => one.campaign_id === grant.campaign_id && shares(one))
      const number = used.filter((one) => one === grant || counts(one.id)).length
      if (number > most)
        failures.push(`limit: ${name} of campaign ${grant.campaign_id}: ${number} given, ${most} allowed`)
    }
  }

  const begunAt = world.time.date().getTime() - world.time.now()
  const toCome = evidence.given.toSorted((a, b) => a.createdAt - b.createdAt)
  function giveUntil(at: number): void {
    while (toCome[0] && begunAt + toCome[0].createdAt < at) {
      for (const id of evidence.grantsOf(toCome.shift()!)) {
        const grant = grants.get(id)!
        const isNew = begun.has(id) && !counts(id)
        given.add(id)
        if (isNew) check(grant, rulesOf.get(grant.campaign_id)!)
      }
    }
  }

  for (const entry of evidence.chronicle) {
    giveUntil(entry.at)
    if (entry.what === 'campaign') rulesOf.set(Number(entry.campaignId), entry.rules!)
    const grant = entry.grantId === null ? undefined : grants.get(entry.grantId)
    if (!grant) continue
    if (entry.what === 'grant') {
      begun.add(grant.id)
      countingRows.set(grant.id, new Set())
      check(grant, entry.rules!)
    }
    if (entry.what === 'coupon') {
      const rows = countingRows.get(grant.id)!
      const before = counts(grant.id) || rows.size > 0
      if (entry.counts) rows.add(entry.couponRow!)
      else rows.delete(entry.couponRow!)
      // Its own coupons come right after it; later ones make a grant count again.
      const isFirst = evidence.chronicle[entry.order - 2]?.what === 'grant'
      if (entry.counts && !before && !isFirst) check(grant, rulesOf.get(grant.campaign_id)!)
    }
  }
  giveUntil(Infinity)
  return [...new Set(failures)]
}

type Measured = { name: string; most: number; shares: (other: GrantRow) => boolean }

function limitsIn({ limits, spend }: Rules, grant: GrantRow): Measured[] {
  const day = dayOf(grant)
  const mine = (other: GrantRow) => other.openid === grant.openid
  const today = (other: GrantRow) => dayOf(other) === day
  const tier = spend?.tiers.find((one) => one.at_least === grant.tier)
  const all: [string, number | undefined, Measured['shares']][] = [
    ['total', limits.total, () => true],
    [`per_day ${day}`, limits.per_day, today],
    [`per_member ${grant.openid}`, limits.per_member, mine],
    [`per_member_per_day ${grant.openid}`, limits.per_member_per_day, (other) => mine(other) && today(other)],
    [`tier ${grant.tier}`, tier?.total, (other) => other.tier === grant.tier],
  ]
  return all.flatMap(([name, most, shares]) => (most === undefined ? [] : [{ name, most, shares }]))
}

/** The Beijing day that a grant belongs to: that of the fact that earned it. */
function dayOf({ earned_at }: GrantRow): string {
  return beijingDay(earned_at)
}
