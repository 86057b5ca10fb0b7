import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { claim } from '../../src/claims/claim.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

let shop: SandboxShop
let taps = 0

beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox' })
})
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(() => {
  Object.assign(shop.sandbox.control.settings, { remembersRefusals: false, limitsFirst: false })
})

const tap = (campaign: Campaign, openid: string) =>
  claim(shop.services, { merchant: shop.merchant, campaign, openid, claimKey: `tap-${(taps += 1)}` })
const coupons = (openid: string) =>
  shop.services.db.selectFrom('coupons').selectAll().where('openid', '=', openid).orderBy('created_at').execute()

/** The database stands again where it stood before this member came: a lost commit, or a restored backup. */
async function forget(openid: string): Promise<void> {
  const { db, redis } = shop.services
  await sql`delete from slots where grant_id in (select id from grants where openid = ${openid})`.execute(db)
  await db.deleteFrom('coupons').where('openid', '=', openid).execute()
  await db.deleteFrom('grants').where('openid', '=', openid).execute()
  await redis?.flushdb()
}

test('the n-th coupon of a stock for a member has one number, also when the ledger has forgotten it', async () => {
  const campaign = await shop.campaign({ limits: { per_member: 5 } })
  const openid = shop.member('forgotten')
  await tap(campaign, openid)
  await tap(campaign, openid)
  const before = await coupons(openid)
  expect(new Set(before.map((row) => row.out_request_no)).size).toBe(2)

  await forget(openid)
  await tap(campaign, openid)
  await tap(campaign, openid)
  const after = await coupons(openid)
  expect(after.map((row) => [row.place, row.out_request_no, row.request, row.coupon_id])).toEqual(
    before.map((row) => [row.place, row.out_request_no, row.request, row.coupon_id]),
  )
  expect(shop.sandbox.control.coupons(openid)).toHaveLength(2)
})

test('two campaigns that give the same stock count its coupons together', async () => {
  const openid = shop.member('collector')
  for (const campaign of [await shop.campaign(), await shop.campaign()]) await tap(campaign, openid)
  expect((await coupons(openid)).map((row) => row.place)).toEqual([1, 2])
})

test("nothing in scopes, trigger keys or Redis's keys names a member by openid", async () => {
  const campaign = await shop.campaign({ limits: { per_member: 1, per_member_per_day: 1, total: 10, per_day: 10 } })
  const openid = shop.member('private')
  await tap(campaign, openid)
  const { db, redis } = shop.services
  const scopes = await db.selectFrom('slots').select('scope').execute()
  const keys = await db.selectFrom('grants').select('trigger_key').execute()
  const names = [...scopes.map((row) => row.scope), ...keys.map((row) => row.trigger_key), ...(await redis!.keys('*'))]
  expect(names.length).toBeGreaterThan(8)
  expect(names.filter((name) => name.includes(openid))).toEqual([])
})

describe('a place given back after a signed refusal keeps its number', () => {
  async function refusedOnce(name: string) {
    const campaign = await shop.campaign()
    const openid = shop.member(name)
    const member = shop.world.members.find((one) => one.openid === openid)!
    const stock = shop.world.stocks.find((one) => one.stock_id === campaign.coupons[0]!.stock_id)!
    stock.prevent_api_abuse = true
    member.abnormal = true
    expect(await tap(campaign, openid)).toMatchObject({ status: 'refused', reason: 'wechat_refused' })
    member.abnormal = false
    return { campaign, openid }
  }

  test('a WeChat that judges anew gives the coupon at the next tap, under the same number', async () => {
    const { campaign, openid } = await refusedOnce('judged-anew')
    expect(await tap(campaign, openid)).toMatchObject({ status: 'sent' })
    expect(new Set((await coupons(openid)).map((row) => row.out_request_no)).size).toBe(1)
  })

  test('a WeChat that remembers refuses it again, until an operator gives it a new number', async () => {
    shop.sandbox.control.settings.remembersRefusals = true
    const { campaign, openid } = await refusedOnce('remembered')
    expect(await tap(campaign, openid)).toMatchObject({ status: 'refused', reason: 'wechat_refused' })
    const [grant] = await coupons(openid)
    expect(await retryGrants(shop.services, [grant!.grant_id])).toMatchObject([{ status: 'refused' }])
    expect(await retryGrants(shop.services, [grant!.grant_id], { newNumber: true })).toMatchObject([{ status: 'sent' }])
    expect(shop.sandbox.control.coupons(openid)).toHaveLength(1)
  })
})

test('a WeChat that looks at its limits before the number: the coupon that arrived unheard is found all the same', async () => {
  shop.sandbox.control.settings.limitsFirst = true
  const campaign = await shop.campaign()
  const openid = shop.member('limits-first')
  const stock = shop.world.stocks.find((one) => one.stock_id === campaign.coupons[0]!.stock_id)!
  const allowed = stock.max_coupons_per_user
  stock.max_coupons_per_user = 1
  shop.sandbox.control.setFault({ fault: 'reset_after_commit', endpoint: 'send', times: 2 })
  expect(await tap(campaign, openid)).toMatchObject({ status: 'pending' })
  const [grant] = await coupons(openid)
  for (let look = 0; look < 3; look += 1) await retryGrants(shop.services, [grant!.grant_id])
  expect((await coupons(openid))[0]).toMatchObject({ state: 'sent' })
  expect(shop.sandbox.control.coupons(openid)).toHaveLength(1)
  stock.max_coupons_per_user = allowed
})
