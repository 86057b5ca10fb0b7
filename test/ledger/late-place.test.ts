import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { award } from '../../src/grants/award.ts'
import type { OwedCoupon } from '../../src/ledger/coupon.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { scopeOf } from '../../src/ledger/limits/scopes.ts'
import { settleLateSent } from '../../src/delivery/settle-late.ts'
import { memberMark } from '../../src/members/member-mark.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { servicesOfFile } from '../support/services.ts'

const services = await servicesOfFile({ redis: false })

test('a second coupon that WeChat had sent after all keeps its place, though its stock allows a member only one by now', async () => {
  const { db, ledger, clock, catalog } = services
  const merchant = await aMerchant(services)
  const stock = await aStock(services, merchant, { max_coupons_per_user: 3 })
  const campaign = await aCampaign(services, stock, { limits: {} })
  const openid = randomUUID()
  const give = async (): Promise<OwedCoupon> => {
    const wanted = { merchant, campaign, openid, triggerKey: randomUUID(), coupons: campaign.coupons, lease: true }
    const awarded = await award(services, { ...wanted, at: clock.now() })
    if (awarded.kind !== 'granted') throw new Error(`the award was ${awarded.kind}`)
    return awarded.leased[0] as OwedCoupon
  }
  const sent = (coupon: OwedCoupon, couponId: string) => ({ coupon, couponId, status: 200, at: clock.now() })
  await ledger.settleSent(sent(await give(), '98001'))
  const second = await give()
  await ledger.release(second, clock.now())
  await ledger.settleSent(sent(await give(), '98003'))
  const again = (await ledger.leaseOne(second.id)) as OwedCoupon
  await ledger.settleRefused({ coupon: again, reason: 'user_abnormal', at: clock.now() })
  await db.updateTable('stocks').set({ max_coupons_per_user: 1 }).where('id', '=', stock.id).execute()
  catalog.forget()

  await settleLateSent(services, sent(again, '98002'))
  const scope = scopeOf('stock', { stock: stock.id, mark: memberMark(merchant, openid) })
  const held = await db.selectFrom('slots').select('number').where('scope', '=', scope).orderBy('number').execute()
  expect(held.map(({ number }) => number)).toEqual([1, 2, 3])
  const failures = (await prove(services, merchant.slug)).failures
  expect(failures.filter((failure) => /lacks|for nothing/.test(failure))).toEqual([])
  expect(failures).toEqual([expect.stringContaining(scope)])
})
