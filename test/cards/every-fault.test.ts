import { AskAgain } from '../../src/plumbing/ask-again.ts'
import { beforeEach, expect, test } from 'vitest'
import { applyOpening } from '../../src/cards/apply-opening.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aCampaign, aMerchant, aStock, breakSenders } from '../support/builders.ts'
import { servicesOfFile } from '../support/services.ts'

const services = await servicesOfFile({ redis: false })
let merchant: Merchant
let stock: Stock

beforeEach(async () => {
  merchant = await aMerchant(services)
  stock = await aStock(services, merchant)
})

const aCardCampaign = () => aCampaign(services, stock, { kind: 'card_open' })
/** A member opens a card while the gate says that all is gone, which the ledger does not bear out. */
function faultOfOpening(): Promise<unknown> {
  const at = services.clock.now()
  const card = { source: 'event', cardId: 'pCard', cardCode: '1', openid: 'member' } as const
  const gate: Services['gate'] = {
    ...services.gate,
    admit: (_asking, limits) => Promise.resolve({ kind: 'full', limit: limits[0]!, grantId: undefined }),
  }
  const settled = applyOpening({ ...services, gate }, merchant, { ...card, vouchedAt: at, activeAt: at })
  return settled.then(
    () => undefined,
    (fault: unknown) => fault,
  )
}

test('a campaign that is broken is named, though another one is only undecided', async () => {
  const broken = await aCardCampaign()
  await aCardCampaign()
  await breakSenders(services, broken)
  const fault = await faultOfOpening()
  expect(fault).not.toBeInstanceOf(AskAgain)
  expect(String(fault)).toContain(`no sender account for campaign ${broken.slug}`)
})

test('of two campaigns that are broken both are named', async () => {
  const both = [await aCardCampaign(), await aCardCampaign()]
  await breakSenders(services, ...both)
  const fault = String(await faultOfOpening())
  for (const { slug } of both) expect(fault).toContain(`no sender account for campaign ${slug}`)
})

test('campaigns that are all undecided leave the card undecided', async () => {
  await aCardCampaign()
  await aCardCampaign()
  expect(await faultOfOpening()).toBeInstanceOf(AskAgain)
})
