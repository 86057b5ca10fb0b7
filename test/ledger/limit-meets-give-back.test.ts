import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import { cancelUnsent } from '../../src/ledger/cancel.ts'
import type { OwedCoupon } from '../../src/ledger/coupon.ts'
import { changeLimits } from '../../src/ledger/limit-change.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { scopeOf } from '../../src/ledger/limits/scopes.ts'
import type { CampaignLimits } from '../../src/plumbing/storage/schema.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { statementsWait } from '../support/waiting.ts'
import { shopOfFile } from '../support/shop.ts'

const { services, merchant } = await shopOfFile({ redis: false })
let stock: Stock

beforeEach(async () => {
  stock = await aStock(services, merchant)
})

type Granted = { grantId: string; coupon: OwedCoupon | undefined }

/** `leased`: as a tap that sends at once. */
async function give(campaign: Campaign, leased: boolean): Promise<Granted> {
  const { coupons } = campaign
  const wanted = { merchant, campaign, openid: randomUUID(), triggerKey: randomUUID(), coupons, lease: leased }
  const awarded = await award(services, { ...wanted, at: services.clock.now() })
  if (awarded.kind !== 'granted') throw new Error(`the award was ${awarded.kind}`)
  return { grantId: awarded.grantId, coupon: awarded.leased[0] }
}

const at = () => services.clock.now()
const waysBack: { name: string; leased: boolean; giveBack: (granted: Granted) => Promise<unknown> }[] = [
  {
    name: 'WeChat refuses a coupon',
    leased: true,
    giveBack: ({ coupon }) =>
      services.ledger.settleRefused({ coupon: coupon as OwedCoupon, reason: 'user_abnormal', at: at() }),
  },
  {
    name: 'a refund takes a coupon back',
    leased: false,
    giveBack: ({ grantId }) =>
      services.db
        .transaction()
        .execute((trx) => cancelUnsent(trx, { merchantId: merchant.id, grantId }, 'refunded', at())),
  },
  {
    name: 'an operator gives a coupon up',
    leased: false,
    giveBack: ({ grantId }) => services.ledger.giveUp({ merchantId: merchant.id, grantId }, { reason: 'x', at: at() }),
  },
]

/** Changes the limits as `campaign apply` does; `act` comes when the places are counted and nothing is committed. */
async function whileChanging(campaign: Campaign, limits: CampaignLimits, act: () => Promise<unknown>): Promise<void> {
  const after = { ...campaign, limits }
  const changing = await services.db.startTransaction().execute()
  await changing
    .updateTable('campaigns')
    .set({ limits: JSON.stringify(limits), revision: campaign.revision + 1 })
    .set({ limits_revision: campaign.limits_revision + 1 })
    .where('id', '=', campaign.id)
    .execute()
  await changeLimits(changing, merchant, campaign, after)
  const acting = act()
  await Promise.race([acting, statementsWait(services.db)])
  await changing.commit().execute()
  await acting
  services.catalog.forget()
}

const totalPlaces = async (campaign: Campaign) => {
  const rows = await services.db
    .selectFrom('slots')
    .select('number')
    .where('scope', '=', scopeOf('total', { campaign: campaign.id }))
    .orderBy('number')
    .execute()
  return rows.map((row) => row.number)
}

describe.each(waysBack)('$name while the campaign’s limits are being changed:', ({ leased, giveBack }) => {
  test('under a total lowered below its use no place becomes free before the use is below it', async () => {
    const campaign = await aCampaign(services, stock, { limits: { total: 10 } })
    const given: Granted[] = []
    for (let n = 0; n < 6; n += 1) given.push(await give(campaign, leased))
    await whileChanging(campaign, { total: 5 }, () => giveBack(given[2]!))
    expect(await totalPlaces(campaign)).toEqual([1, 2, 3, 4, 5])
    expect((await prove(services, merchant.slug)).failures).toEqual([])
  })

  test('a total that is added counts it no more', async () => {
    const campaign = await aCampaign(services, stock, { limits: {} })
    const given = [await give(campaign, leased), await give(campaign, leased)]
    await whileChanging(campaign, { total: 2 }, () => giveBack(given[0]!))
    expect(await totalPlaces(campaign)).toHaveLength(1)
    expect((await prove(services, merchant.slug)).failures).toEqual([])
  })
})

test('two coupons under a limit that was lowered far below its use are refused at once, and neither waits for ever', async () => {
  const campaign = await aCampaign(services, stock, { limits: { total: 9 } })
  const given: Granted[] = []
  for (let n = 0; n < 9; n += 1) given.push(await give(campaign, true))
  await whileChanging(campaign, { total: 5 }, async () => undefined)
  // Both come before either has looked at what stands above the limit.
  const looking = await services.db.startTransaction().execute()
  await looking
    .selectFrom('overshoots')
    .selectAll()
    .where('scope', '=', scopeOf('total', { campaign: campaign.id }))
    .forUpdate()
    .execute()
  const refused = [given[2]!, given[8]!].map(({ coupon }) =>
    services.ledger.settleRefused({ coupon: coupon as OwedCoupon, reason: 'user_abnormal', at: at() }),
  )
  await statementsWait(services.db, 2)
  await looking.commit().execute()
  expect(await Promise.all(refused)).toEqual([true, true])
  expect(await totalPlaces(campaign)).toHaveLength(7)
  expect((await prove(services, merchant.slug)).failures).toEqual([])
})
