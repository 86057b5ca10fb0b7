import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { award } from '../../src/grants/award.ts'
import type { OwedCoupon } from '../../src/ledger/coupon.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { statementsWait } from '../support/waiting.ts'
import { shopOfFile } from '../support/shop.ts'

const { services, merchant } = await shopOfFile({ redis: false })

test('one operator gives up what a grant is owed while another tries again what was refused: it has all its places', async () => {
  const stocks = [await aStock(services, merchant), await aStock(services, merchant)]
  const coupons = stocks.map(({ stock_id }) => ({ stock_id, count: 1 }))
  const campaign = await aCampaign(services, stocks[0]!, { limits: { per_member: 1, total: 1 }, coupons })
  const { db, ledger, clock } = services
  const wanted = { merchant, campaign, openid: 'member', triggerKey: 'once', coupons, lease: true }
  const awarded = await award(services, { ...wanted, at: clock.now() })
  if (awarded.kind !== 'granted') throw new Error(`the award was ${awarded.kind}`)
  const { grantId } = awarded
  const [owed, refused] = awarded.leased as [OwedCoupon, OwedCoupon]
  await ledger.release(owed, clock.now())
  await ledger.settleRefused({ coupon: refused, reason: 'user_abnormal', at: clock.now() })

  // The first has come as far as the places, and the second does what it can before it goes on.
  const holding = await db.startTransaction().execute()
  await sql`select from slots where coupon_row = ${owed.id} for update`.execute(holding)
  const givingUp = ledger.giveUp({ merchantId: merchant.id, grantId }, { reason: '批次已停止', at: clock.now() })
  await statementsWait(db)
  const retrying = retryGrants(services, [grantId])
  await Promise.race([retrying, statementsWait(db, 2)])
  await holding.commit().execute()
  await givingUp
  await retrying

  const places = db.selectFrom('slots').select('scope').where('grant_id', '=', grantId)
  expect((await places.execute()).map(({ scope }) => scope)).toContain(`campaign/${campaign.id}/total`)
  expect((await prove(services, merchant.slug)).failures).toEqual([])
})
