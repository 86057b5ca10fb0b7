import { beforeEach, expect, test } from 'vitest'
import { applyCampaign } from '../../src/campaigns/apply.ts'
import { copyCampaign } from '../../src/campaigns/copy.ts'
import { applyOpening } from '../../src/cards/apply-opening.ts'
import { claim } from '../../src/claims/claim.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { servicesOfFile } from '../support/services.ts'

/* 开卡有礼 for any card, and its copy from December on: the operator wants new rules, not every card paid once more. */

const november = Date.parse('2026-11-23T12:00:00+08:00')
const december = Date.parse('2026-12-01T00:00:00+08:00')
const day = 86_400_000
let nowMs = november
const services = await servicesOfFile({ redis: false, clock: { now: () => new Date(nowMs) } })
let merchant: Merchant

beforeEach(async () => {
  nowMs = november
  merchant = await aMerchant(services)
  const { stock_id } = await aStock(services, merchant)
  const file = {
    slug: 'welcome',
    kind: 'card_open',
    cards: 'any',
    title: '开卡有礼',
    starts_at: '2026-11-01T00:00:00+08:00',
    ends_at: '2026-12-31T23:59:59+08:00',
    coupons: [{ stock_id, count: 1 }],
    state: 'published',
  }
  await applyCampaign(services, merchant, file)
  await copyCampaign(services, merchant, { slug: 'welcome', newSlug: 'welcome-2', from: new Date(december) })
  const ended = { ...file, ends_at: '2026-11-30T23:59:59+08:00' }
  await applyCampaign(services, merchant, ended)
  const copied = { ...file, slug: 'welcome-2', starts_at: '2026-12-01T00:00:00+08:00' }
  await applyCampaign(services, merchant, copied)
})

let serial = 0
function aCard() {
  serial += 1
  return { source: 'oa', cardId: 'pCard', cardCode: `code-${serial}`, openid: `member-${serial}` } as const
}
type Card = ReturnType<typeof aCard>
const seenActive = (card: Card, atMs = nowMs) => applyOpening(services, merchant, { ...card, activeAt: new Date(atMs) })
async function tap({ openid }: Card) {
  const campaign = (await services.catalog.campaign(merchant.id, 'welcome-2'))!
  return claim(services, { merchant, campaign, openid, claimKey: `tap-${openid}` })
}
const given = async ({ openid }: Card) => {
  const grants = services.db.selectFrom('grants').innerJoin('campaigns', 'campaigns.id', 'campaign_id')
  const rows = await grants.select('slug').where('openid', '=', openid).orderBy('slug').execute()
  return rows.map(({ slug }) => slug)
}

test('a card that the old campaign paid earns nothing in the copy, by a tap or when its form is sent again', async () => {
  const card = aCard()
  await seenActive(card)
  nowMs = december + day
  expect(await tap(card)).toMatchObject({ status: 'refused', reason: 'not_eligible' })
  await seenActive(card)
  expect(await given(card)).toEqual(['welcome'])
})

test('a card that was active before the copy counts, and that the old campaign did not know, earns nothing in it', async () => {
  const card = aCard()
  nowMs = december + day
  await seenActive(card, december - 1)
  expect(await given(card)).toEqual([])
})

test('a card that became active in the copy’s time earns in it, from its first instant', async () => {
  const [first, later] = [aCard(), aCard()]
  nowMs = december + day
  await seenActive(first, december)
  await seenActive(later)
  expect([await given(first), await given(later)]).toEqual([['welcome-2'], ['welcome-2']])
})
