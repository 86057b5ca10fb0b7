import { expect, test } from 'vitest'
import { recordCard } from '../../src/cards/openings.ts'
import { verdictOn } from '../../src/cards/verdict.ts'
import { unprovenOpenings } from '../../src/cards/unproven.ts'
import { shopOfFile } from '../support/shop.ts'

/* A member whose page says that the card waits for its proof, and the list that an operator reads, are of one mind. */

const start = Date.parse('2026-11-20T00:00:00+08:00')
const minute = 60_000
const end = start + 10 * 24 * 60 * minute
const { services, merchant, ...shop } = await shopOfFile({
  redis: false,
  clock: { now: () => new Date(start + minute) },
})
const window = { starts_at: new Date(start), ends_at: new Date(end) }
const campaign = await shop.campaign({ kind: 'card_open', ...window })

test.each([
  ['more than ten minutes before the campaign', start - 10 * minute - 1, false],
  ['ten minutes before it, which two clocks may differ by', start - 10 * minute, true],
  ['a minute before it', start - minute, true],
  ['as it begins', start, true],
  ['as it ends', end, true],
  ['after it', end + 1, false],
])('a card that was first seen active %s', async (_when, activeMs, waits) => {
  const card = { source: 'landing', cardId: 'pCard', cardCode: `${activeMs}`, openid: `member-${activeMs}` } as const
  const opening = await recordCard(services, merchant, { ...card, activeAt: new Date(activeMs) })
  const listed = await unprovenOpenings(services.db, merchant, new Date(end + 60 * minute))
  expect(verdictOn(campaign, opening!).kind).toBe(waits ? 'unproven' : 'not_new')
  expect(listed.some(({ card_code }) => card_code === card.cardCode)).toBe(waits)
})
