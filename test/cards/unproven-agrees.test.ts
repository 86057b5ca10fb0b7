import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { recordCard } from '../../src/cards/openings.ts'
import { verdictOn } from '../../src/cards/verdict.ts'
import { unprovenOpenings } from '../../src/cards/unproven.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

/* A member whose page says that the card waits for its proof, and the list that an operator reads, are of one mind. */

const start = Date.parse('2026-11-20T00:00:00+08:00')
const minute = 60_000
const end = start + 10 * 24 * 60 * minute
let services: Services & AsyncDisposable
let merchant: Merchant
let campaign: Campaign

beforeAll(async () => {
  services = await openTestServices({ redis: false, clock: { now: () => new Date(start + minute) } })
  merchant = await aMerchant(services)
  const window = { starts_at: new Date(start), ends_at: new Date(end) }
  campaign = await aCampaign(services, await aStock(services, merchant), { kind: 'card_open', ...window })
})
afterAll(() => services[Symbol.asyncDispose]())

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
