import { limitsOfAward } from '../doors.ts'
import { live } from '../live.ts'
import { tap } from '../perform.ts'
import { workOnce } from '../rest.ts'
import type { SimulatedProcess } from '../simulated-process.ts'
import type { World } from '../world.ts'
import { type Evidence, readEvidence } from './evidence.ts'

/** Reasons that speak of places; what a payment or a card has not earned, or has brought before, is judged elsewhere. */
const placeReasons: Record<string, string[]> = {
  link: ['already_claimed', 'member_limit', 'member_day_limit', 'sold_out', 'day_sold_out', 'try_later'],
  earned: ['member_limit', 'sold_out', 'try_later'],
}

/**
 * Every member taps everything once, which makes the gate read what it has lost, and once more after the repair has
 * looked twice: now the answer must be what the ledger has room for.
 */
export async function judgeTaps(world: World, process: SimulatedProcess): Promise<string[]> {
  const failures: string[] = []
  for (const round of [1, 2]) {
    for (let look = 0; look < 2 && round === 2; look += 1) {
      await workOnce(world, process)
      await world.advance(11_000)
    }
    for (const slug of world.files.keys()) {
      for (const openid of world.scene.members) {
        await world.advance(1_500)
        const count = await grantCount(world)
        const answer = await live(world, process, () => tap(world, process, slug, openid, false))
        const reasons = placeReasons[slug === 'link' ? 'link' : 'earned']!
        if (round === 1 || answer.status !== 'refused' || !reasons.includes(answer.reason!)) continue
        // A tap that brought a grant was let in; WeChat's own no to it is no matter of places.
        if ((await grantCount(world)) > count) continue
        const evidence = await readEvidence(world)
        if (isRefusedGrant(evidence, answer.grantId)) continue
        const full = await fullLimit(world, evidence, slug, openid)
        if (!full) failures.push(`turned away: ${openid} hears ${answer.reason} in ${slug}, where all limits have room`)
      }
    }
  }
  return failures
}

function isRefusedGrant(evidence: Evidence, grantId: string | undefined): boolean {
  const grant = evidence.grants.find((one) => one.id === grantId)
  return grant !== undefined && !evidence.counts(grant)
}

async function grantCount({ stage }: World): Promise<number> {
  return (await stage.admin.query('select 1 from grants')).rowCount ?? 0
}

/** A limit that has no place left by the ledger, of all that an award in this campaign may meet. */
async function fullLimit(world: World, evidence: Evidence, slug: string, openid: string): Promise<string | undefined> {
  for (const { scope, limit, take } of await limitsOfAward(world, evidence, slug, openid)) {
    const taken = evidence.slots.filter((slot) => slot.scope === scope && slot.number <= limit).length
    if (taken + take > limit) return scope
  }
  return undefined
}
