import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claim } from '../../../src/claims/claim.ts'
import type { SampleSize } from '../../../src/doctor/proof/sample.ts'
import { compareWithWeChat } from '../../../src/doctor/proof/with-wechat.ts'
import type { Campaign } from '../../../src/plumbing/storage/schema/campaign.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

let shop: SandboxShop
let campaign: Campaign
/** Far more than are looked up at once. */
const members = ['xiaoming', 'xiaohong', 'xiaogang', ...Array.from({ length: 9 }, (_, turn) => `member-${turn}`)]
/** WeChat's numbers of what they were sent. */
const couponIds: string[] = []

beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox' })
  campaign = await shop.campaign()
  for (const id of members) {
    const { services, merchant } = shop
    await claim(services, { merchant, campaign, openid: shop.member(id), claimKey: id })
    couponIds.push(shop.sandbox.control.coupons(shop.member(id))[0]!.couponId)
  }
})
afterAll(() => shop[Symbol.asyncDispose]())

const compare = (sample: SampleSize = 'all', stockId?: string) =>
  compareWithWeChat(shop.services, { merchantIds: [shop.merchant.id], stockId, sample })
const looked = () => shop.sandbox.control.countCalls('coupon_detail')

/** Changes our row of the first coupon, looks, and puts it back. */
async function whatIfOurs(change: string): Promise<string[]> {
  const { db } = shop.services
  const row = await db
    .selectFrom('coupons')
    .selectAll()
    .where('coupon_id', '=', couponIds[0]!)
    .executeTakeFirstOrThrow()
  await sql`update coupons set ${sql.raw(change)} where id = ${row.id}`.execute(db)
  const { differences } = await compare()
  const { openid, coupon_id, stock_ref } = row
  await db.updateTable('coupons').set({ openid, coupon_id, stock_ref }).where('id', '=', row.id).execute()
  return differences
}

test('every sent coupon is looked up, or a sample of them, or those of one stock', async () => {
  expect(await compare()).toEqual({ agreed: 12, differences: [], notes: [] })
  const before = looked()
  expect(await compare(2)).toMatchObject({ agreed: 2, differences: [] })
  expect(looked() - before).toBe(2)
  expect(await compare('all', campaign.coupons[0]!.stock_id)).toMatchObject({ agreed: 12 })
  expect(await compare('all', '1')).toEqual({ agreed: 0, differences: [], notes: [] })
})

test('a coupon that is not there, or is another member’s', async () => {
  expect(await whatIfOurs(`coupon_id = '12345'`)).toEqual([
    expect.stringMatching(/coupon 12345 .*is not there for this member/),
  ])
  expect(await whatIfOurs(`openid = '${shop.member('xiaomei')}'`)).toEqual([
    expect.stringMatching(`coupon ${couponIds[0]} .*is not there for this member`),
  ])
  expect(await whatIfOurs(`openid = 'of-another-appid'`)).toEqual([
    expect.stringMatching(/cannot be looked up for this member: INVALID_REQUEST openid与appID不匹配/),
  ])
})

test('a coupon of another stock', async () => {
  const other = await shop.services.db
    .selectFrom('stocks')
    .select(['id', 'stock_id'])
    .where('stock_id', '!=', campaign.coupons[0]!.stock_id)
    .executeTakeFirstOrThrow()
  expect(await whatIfOurs(`stock_ref = ${other.id}`)).toEqual([
    expect.stringContaining(`is of stock ${campaign.coupons[0]!.stock_id} at WeChat, of ${other.stock_id} here`),
  ])
})

test('an account that may not look is asked no more once that is known, and said plainly', async () => {
  const mchid = shop.merchant.accounts.find((account) => account.role === 'sender')!.mchid
  const before = looked()
  shop.sandbox.control.setFault({ fault: 'no_permission', endpoint: 'coupon_detail' })
  const { agreed, differences, notes } = await compare()
  expect({ agreed, differences }).toEqual({ agreed: 0, differences: [] })
  expect(notes).toEqual([expect.stringContaining(`12 coupons not compared: WeChat does not let ${mchid} look`)])
  // Four look-ups are under way when the first answer comes.
  expect(looked() - before).toBeLessThanOrEqual(4)
  shop.sandbox.control.clearFaults()
})

test('WeChat that does not answer is neither a difference nor agreement', async () => {
  shop.sandbox.control.setFault({ fault: 'html_502' })
  expect(await compare()).toEqual({
    agreed: 0,
    differences: [],
    notes: ['12 coupons not compared: WeChat did not answer in 3 tries'],
  })
  shop.sandbox.control.clearFaults()
})
