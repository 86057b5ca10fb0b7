import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { award } from '../../src/grants/award.ts'
import type { OwedCoupon } from '../../src/ledger/coupon.ts'
import { findGrant } from '../../src/grants/grants.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { shopOfFile } from '../support/shop.ts'

const { services, merchant } = await shopOfFile()
let campaign: Campaign

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

const refuse = (coupon: OwedCoupon) =>
  services.ledger.settleRefused({ coupon, reason: 'user_abnormal', status: 403, at: services.clock.now() })
const doubt = (coupon: OwedCoupon) =>
  services.ledger.postpone({
    coupon,
    reason: 'timeout',
    outcome: 'timeout',
    doubtful: true,
    dueAt: services.clock.now(),
    at: services.clock.now(),
  })
const leaseAgain = async (coupon: OwedCoupon) => (await services.ledger.leaseOne(coupon.id)) as OwedCoupon
const rowOf = (coupon: OwedCoupon) =>
  services.db.selectFrom('coupons').selectAll().where('id', '=', coupon.id).executeTakeFirstOrThrow()
const slotsOf = (coupon: OwedCoupon) =>
  services.db.selectFrom('slots').select('scope').where('grant_id', '=', coupon.grantId).execute()
const proofOf = () => prove(services, merchant.slug)

test('a refused coupon gives its places back, and the next member takes them', async () => {
  const coupon = await claimed()
  expect(await refuse(coupon)).toBe(true)
  expect(await slotsOf(coupon)).toEqual([])
  expect(await claimed()).toMatchObject({ attempts: 0 })
  expect(await proofOf()).toMatchObject({ ok: true })
})

test('a coupon that may have been sent stays owed and keeps its places, whatever refuses it', async () => {
  const coupon = await claimed()
  await doubt(coupon)
  expect(await refuse(await leaseAgain(coupon))).toBe(false)
  expect(await rowOf(coupon)).toMatchObject({ state: 'reserved' })
  expect(await slotsOf(coupon)).toHaveLength(3)
  await expect(claimed()).rejects.toThrow('sold_out')
  expect(await proofOf()).toMatchObject({ ok: true })
})

test('a doubt that is over makes the next refusal final', async () => {
  const coupon = await claimed()
  await doubt(coupon)
  const again = await leaseAgain(coupon)
  await services.ledger.endDoubt(again)
  expect(await refuse(again)).toBe(true)
  expect(await slotsOf(coupon)).toEqual([])
  expect(await proofOf()).toMatchObject({ ok: true, failures: [] })
})

test('a coupon that is settled is not settled again', async () => {
  const coupon = await claimed()
  const at = services.clock.now()
  expect(await services.ledger.settleSent({ coupon, couponId: '9867041', status: 200, at })).toBe('written')
  expect(await refuse(coupon)).toBe(false)
  expect(await services.ledger.settleSent({ coupon, couponId: '1111111', status: 200, at })).toBe('settled_before')
  expect(await findGrant(services.db, merchant.id, coupon.grantId)).toMatchObject({
    status: 'sent',
    coupons: [{ couponId: '9867041' }],
  })
  expect(await slotsOf(coupon)).toHaveLength(3)
})

test('who holds an older lease of the same coupon frees nothing, but its doubt is believed', async () => {
  const coupon = await claimed()
  const token = randomUUID()
  await services.db.updateTable('coupons').set({ lease_token: token }).where('id', '=', coupon.id).execute()
  await services.ledger.release(coupon, services.clock.now())
  await doubt(coupon)
  expect(await refuse(coupon)).toBe(false)
  expect(await rowOf(coupon)).toMatchObject({ lease_token: token, state: 'reserved' })
  expect((await rowOf(coupon)).doubt_since).not.toBeNull()
})

test('who looked a coupon up under an older lease does not end the doubt of a newer one', async () => {
  const coupon = await claimed()
  await doubt(coupon)
  const older = await leaseAgain(coupon)
  await services.ledger.release(older, services.clock.now())
  const newer = await leaseAgain(coupon)
  await services.ledger.endDoubt(older)
  expect((await rowOf(coupon)).doubt_since).not.toBeNull()
  expect(await refuse(newer)).toBe(false)
})

test('a coupon that came into doubt while it was held is not refused by who took it before', async () => {
  const coupon = await claimed()
  await services.db
    .updateTable('coupons')
    .set({ doubt_since: services.clock.now() })
    .where('id', '=', coupon.id)
    .execute()
  expect(await refuse(coupon)).toBe(false)
  expect(await slotsOf(coupon)).toHaveLength(3)
})

test('a coupon that release 0.1 refused in doubt holds the places of its grant, and no retry gives it another', async () => {
  const stocks = [await aStock(services, merchant), await aStock(services, merchant)]
  const coupons = stocks.map(({ stock_id }) => ({ stock_id, count: 1 }))
  campaign = await aCampaign(services, stocks[0]!, { limits: { per_member: 1, total: 1 }, coupons })
  const coupon = await claimed()
  const [other] = await services.db
    .updateTable('coupons')
    .set({ state: 'refused', reason: 'user_limit', doubt_since: services.clock.now() })
    .set({ lease_token: null, leased_until: null })
    .where('grant_id', '=', coupon.grantId)
    .where('id', '!=', coupon.id)
    .returning(['id', 'out_request_no', 'state'])
    .execute()
  expect(await refuse(coupon)).toBe(true)
  expect((await slotsOf(coupon)).map(({ scope }) => scope)).toContain(`campaign/${campaign.id}/total`)
  await expect(claimed()).rejects.toThrow('sold_out')

  await retryGrants(services, [coupon.grantId], { newNumber: true })
  expect(await rowOf({ ...coupon, id: other!.id })).toMatchObject(other!)
})

test("a coupon of WeChat's cannot be two rows of ours", async () => {
  campaign = await aCampaign(services, await aStock(services, merchant))
  const [first, second] = [await claimed(), await claimed()]
  const at = services.clock.now()
  const sent = (coupon: OwedCoupon) => services.ledger.settleSent({ coupon, couponId: '9867042', status: 200, at })
  expect(await Promise.all([sent(first), sent(second)])).toEqual(expect.arrayContaining(['written', 'of_another_row']))
})

test("an operator's retry takes a place again for a refused grant, and is told when there is none", async () => {
  const coupon = await claimed()
  await refuse(coupon)
  const taker = await claimed()
  expect(await retryGrants(services, [coupon.grantId])).toMatchObject([
    { status: 'refused', message: expect.stringContaining('total is full') as string },
  ])

  await refuse(taker)
  expect(await retryGrants(services, [coupon.grantId])).toMatchObject([{ status: 'pending' }])
  expect(await rowOf(coupon)).toMatchObject({ state: 'reserved', out_request_no: coupon.outRequestNo })
  expect(await proofOf()).toMatchObject({ ok: true })
})

test('a retry with a new number keeps the place and changes number and body together', async () => {
  const coupon = await claimed()
  await refuse(coupon)
  expect(await retryGrants(services, [coupon.grantId], { newNumber: true })).toMatchObject([{ status: 'pending' }])
  const row = await rowOf(coupon)
  expect(row).toMatchObject({ state: 'reserved', place: 1, generation: 1 })
  expect(row.out_request_no).not.toBe(coupon.outRequestNo)
  expect(JSON.parse(row.request)).toMatchObject({ out_request_no: row.out_request_no })
})

test('a retry of a coupon in doubt gives it no second place', async () => {
  const coupon = await claimed()
  await doubt(coupon)
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
