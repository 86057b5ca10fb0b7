import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { award } from '../../src/claims/award.ts'
import type { OwedCoupon } from '../../src/claims/coupon.ts'
import { findGrant } from '../../src/claims/grants.ts'
import { prove } from '../../src/claims/proof.ts'
import { retryGrants } from '../../src/claims/retry.ts'
import type { Campaign } from '../../src/campaigns/campaign.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

let services: Services & AsyncDisposable
let merchant: Merchant
let campaign: Campaign

beforeAll(async () => {
  services = await openTestServices()
  merchant = await aMerchant(services)
})
afterAll(() => services[Symbol.asyncDispose]())
beforeEach(async () => {
  campaign = await aCampaign(services, await aStock(services, merchant), { limits: { per_member: 1, total: 1 } })
})

async function claimed(openid = randomUUID()): Promise<OwedCoupon> {
  const triggerKey = `link/${openid}/once`
  const { coupons } = campaign
  const awarded = await award(services, {
    merchant,
    campaign,
    openid,
    triggerKey,
    coupons,
    at: services.clock.now(),
    lease: true,
  })
  if (awarded.kind !== 'granted') throw new Error(`not granted: ${JSON.stringify(awarded)}`)
  return awarded.leased[0] as OwedCoupon
}

const refuse = (coupon: OwedCoupon, keepSlots: boolean) =>
  services.ledger.settleRefused({ coupon, reason: 'user_abnormal', status: 403, keepSlots, at: services.clock.now() })
const doubt = (coupon: OwedCoupon) =>
  services.ledger.postpone({
    coupon,
    reason: 'timeout',
    outcome: 'timeout',
    doubtful: true,
    dueAt: services.clock.now(),
    at: services.clock.now(),
  })
const slotsOf = (coupon: OwedCoupon) =>
  services.db.selectFrom('slots').select('scope').where('grant_id', '=', coupon.grantId).execute()
const proofOf = () => prove(services.db, merchant.slug)

test('a refused coupon gives its places back, and the next member takes them', async () => {
  const coupon = await claimed()
  await refuse(coupon, false)
  expect(await slotsOf(coupon)).toEqual([])
  expect(await claimed()).toMatchObject({ attempts: 0 })
  expect(await proofOf()).toMatchObject({ ok: true })
})

test('a coupon that may have been sent keeps its places although it was refused', async () => {
  const coupon = await claimed()
  await doubt(coupon)
  await refuse(coupon, true)
  expect(await slotsOf(coupon)).toHaveLength(3)
  await expect(claimed()).rejects.toThrow('sold_out')
  expect(await proofOf()).toMatchObject({ ok: true })
})

test('a refusal that is believed ends the doubt of an earlier try', async () => {
  const coupon = await claimed()
  await doubt(coupon)
  await refuse(coupon, false)
  expect(await slotsOf(coupon)).toEqual([])
  expect(await proofOf()).toMatchObject({ ok: true, failures: [] })
})

test('a coupon that is settled is not settled again', async () => {
  const coupon = await claimed()
  const at = services.clock.now()
  await services.ledger.settleSent({ coupon, couponId: '9867041', status: 200, at })
  await refuse(coupon, false)
  await services.ledger.settleSent({ coupon, couponId: '1111111', status: 200, at })
  expect(await findGrant(services.db, merchant.id, coupon.grantId)).toMatchObject({
    status: 'sent',
    coupons: [{ couponId: '9867041' }],
  })
  expect(await slotsOf(coupon)).toHaveLength(3)
})

test('a process frees only the leases that it holds', async () => {
  const coupon = await claimed()
  await services.db.updateTable('coupons').set({ lease_owner: 'another process' }).where('id', '=', coupon.id).execute()
  await services.ledger.release(coupon, services.clock.now())
  await doubt(coupon)
  const row = await services.db.selectFrom('coupons').selectAll().where('id', '=', coupon.id).executeTakeFirstOrThrow()
  expect(row).toMatchObject({ lease_owner: 'another process', doubtful: true, state: 'reserved' })
})

test("an operator's retry takes a place again for a refused grant, and is told when there is none", async () => {
  const coupon = await claimed()
  await refuse(coupon, false)
  const taker = await claimed()
  expect(await retryGrants(services, [coupon.grantId])).toMatchObject([
    { status: 'refused', message: expect.stringContaining('total is full') as string },
  ])

  await refuse(taker, false)
  expect(await retryGrants(services, [coupon.grantId])).toMatchObject([{ status: 'pending' }])
  const row = await services.db.selectFrom('coupons').selectAll().where('id', '=', coupon.id).executeTakeFirstOrThrow()
  expect(row).toMatchObject({ state: 'reserved', out_request_no: coupon.outRequestNo })
  expect(await proofOf()).toMatchObject({ ok: true })
})

test('a retry of a coupon that kept its place gives it no second one', async () => {
  const coupon = await claimed()
  await doubt(coupon)
  await refuse(coupon, true)
  expect(await retryGrants(services, [coupon.grantId])).toMatchObject([{ status: 'pending' }])
  expect(await slotsOf(coupon)).toHaveLength(3)
  expect(await proofOf()).toMatchObject({ ok: true })
})

test('a retry of a grant that nobody knows says so', async () => {
  expect(await retryGrants(services, ['nonsense', randomUUID()])).toMatchObject([
    { status: 'unknown' },
    { status: 'unknown' },
  ])
})
