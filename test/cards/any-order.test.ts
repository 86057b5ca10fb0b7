import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CardFacts } from '../../src/cards/card-opening.ts'
import { earned } from '../../src/cards/earned.ts'
import { findCard } from '../../src/cards/openings.ts'
import { applyOpening } from '../../src/cards/apply-opening.ts'
import { shopOfFile } from '../support/shop.ts'

/*
 * Whatever is told of a card, in whatever order, however often and also at once: what is known of it in the end is the
 * same, who has earned by that was given it, and nobody twice.
 */

const start = new Date('2026-11-20T00:00:00+08:00').getTime()
const day = 86_400_000
const { services, merchant, ...shop } = await shopOfFile({
  redis: false,
  clock: { now: () => new Date(start + 5 * day) },
})
const window = { starts_at: new Date(start), ends_at: new Date(start + 10 * day) }
const campaign = await shop.campaign({ kind: 'card_open', limits: {}, ...window })

/** Days from two before the campaign to four into it; the names of what may be told. */
const at = fc.integer({ min: -2, max: 4 }).map((days) => new Date(start + days * day))
const names = ['takenAt', 'vouchedAt', 'activatedAt', 'restoredAt', 'activeAt'] as const
const fact = fc.record({ name: fc.constantFrom(...names), at, gifted: fc.nat(9).map((one) => one === 0) })

let serial = 0
function aCard() {
  serial += 1
  return { source: 'oa', cardId: 'pCard', cardCode: `code-${serial}`, openid: `member-${serial}` } as const
}
async function told(facts: { name: (typeof names)[number]; at: Date; gifted: boolean }[], atOnce: boolean) {
  const card = aCard()
  const each = facts.map((one): CardFacts => ({ ...card, [one.name]: one.at, gifted: one.gifted }))
  if (atOnce) await Promise.all(each.map((one) => applyOpening(services, merchant, one)))
  else for (const one of each) await applyOpening(services, merchant, one)
  const { taken_at, vouched_at, activated_at, restored_at, active_at, gifted } = (await findCard(
    services.db,
    merchant,
    card,
  ))!
  const grants = await services.db.selectFrom('grants').select('id').where('openid', '=', card.openid).execute()
  const hasEarned = (await earned(services.db, merchant, campaign, card.openid)).length > 0
  return {
    known: { taken_at, vouched_at, activated_at, restored_at, active_at, gifted },
    grants: grants.length,
    hasEarned,
  }
}

test('any order and repetition, one after the other or at once, ends in the same', { timeout: 120_000 }, async () => {
  const orders = fc
    .array(fact, { minLength: 1, maxLength: 6 })
    .chain((facts) =>
      fc.record({ facts: fc.constant(facts), shuffled: fc.shuffledSubarray(facts, { minLength: facts.length }) }),
    )
  await fc.assert(
    fc.asyncProperty(orders, async ({ facts, shuffled }) => {
      const first = await told(facts, false)
      for (const other of [await told([...shuffled, ...shuffled], false), await told(shuffled, true)]) {
        expect(other.known).toEqual(first.known)
        expect(other.hasEarned).toBe(first.hasEarned)
        expect(other.grants).toBeLessThanOrEqual(1)
        if (other.hasEarned) expect(other.grants).toBe(1)
      }
    }),
    { numRuns: 40, endOnFailure: true },
  )
})
