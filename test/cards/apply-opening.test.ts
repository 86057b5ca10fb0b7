import { expect, test } from 'vitest'
import { memberGrants } from '../../src/grants/grants.ts'
import { applyOpening } from '../../src/cards/apply-opening.ts'
import { aCampaign, aMerchant, aStock, breakSenders } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

test('a card_open campaign that cannot give keeps no other from giving', async () => {
  await using services = await openTestServices({ redis: false })
  const merchant = await aMerchant(services)
  const stock = await aStock(services, merchant)
  const healthy = await aCampaign(services, stock, { kind: 'card_open' })
  const broken = await aCampaign(services, stock, { kind: 'card_open' })
  await breakSenders(services, broken)
  const openedAt = services.clock.now()
  const card = {
    source: 'event',
    cardId: 'pCard',
    cardCode: '1',
    openid: 'member',
    vouchedAt: openedAt,
    activeAt: openedAt,
  } as const
  await expect(applyOpening(services, merchant, card)).rejects.toThrow('no sender account')
  const grants = await memberGrants(services.db, merchant.id, 'member', 10)
  expect(grants.map((grant) => grant.campaign.slug)).toEqual([healthy.slug])
})
