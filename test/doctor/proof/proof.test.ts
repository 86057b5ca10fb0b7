import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { beforeEach, describe, expect, test } from 'vitest'
import { award } from '../../../src/grants/award.ts'
import { limitsOf } from '../../../src/ledger/limits/limits.ts'
import { prove } from '../../../src/doctor/proof/proof.ts'
import type { Campaign } from '../../../src/plumbing/storage/schema/campaign.ts'
import { memberMark } from '../../../src/members/member-mark.ts'
import type { Merchant } from '../../../src/merchants/merchant.ts'
import type { Stock } from '../../../src/plumbing/storage/schema/stock.ts'
import { aCampaign, aMerchant, aStock } from '../../support/builders.ts'
import { openTestServices, servicesOfFile } from '../../support/services.ts'
import { aSpendCampaign } from '../../support/spend.ts'

const services = await servicesOfFile()
let merchant: Merchant
let stock: Stock
let campaign: Campaign
/** The first of two grants that the campaign gave. */
let first: { grantId: string; couponRow: string; openid: string }

beforeEach(async () => {
  merchant = await aMerchant(services)
  stock = await aStock(services, merchant)
  const limits = { per_member: 1, per_member_per_day: 1, total: 9, per_day: 2 }
  campaign = await aCampaign(services, stock, { limits })
  first = await give()
  await give()
})

async function give(of: Campaign = campaign, tier?: number) {
  const openid = `o${randomUUID()}`
  const coupons = [{ stock_id: stock.stock_id, count: 1 }]
  const at = services.clock.now()
  const awarded = await award(services, { merchant, campaign: of, openid, triggerKey: randomUUID(), coupons, at, tier })
  if (awarded.kind !== 'granted') throw new Error(`the award was ${awarded.kind}`)
  return { grantId: awarded.grantId, couponRow: awarded.coupons[0]!.id, openid }
}

const proof = () => prove(services, merchant.slug)
const spoil = (statement: RawBuilder<unknown>) => statement.execute(services.db)
const dayScope = () => `campaign/${campaign.id}/day/%`
const today = () =>
  new Date(services.clock.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')
const ofFirst = () => `grant ${first.grantId}`

test('a ledger in order shows the use of every limit as a number', async () => {
  const { lines, ...rest } = await proof()
  expect(rest).toEqual({ ok: true, failures: [], notes: [] })
  const name = `${merchant.slug}/${campaign.slug}`
  expect(lines).toEqual([
    { limit: `${name} per member`, used: 1, allowed: 1, ok: true },
    { limit: `${name} per member and day`, used: 1, allowed: 1, ok: true },
    { limit: `${name} total`, used: 2, allowed: 9, ok: true },
    { limit: `${name} per day`, used: 2, allowed: 2, ok: true },
    { limit: `${merchant.slug} stock ${stock.stock_id} per member`, used: 1, allowed: 60, ok: true },
  ])
})

test('a day that gave one too many is found although the place of one is lost', async () => {
  await spoil(sql`delete from slots where grant_id = ${first.grantId} and scope like ${dayScope()}`)
  services.gate.giveBack(merchant.id, [{ scope: `campaign/${campaign.id}/day/${today()}`, number: 1 }])
  await give()
  const { ok, failures } = await proof()
  expect(ok).toBe(false)
  expect(failures).toEqual([
    `${merchant.slug}/${campaign.slug} per day: 3 given, 2 allowed (1 above it: campaign/${campaign.id}/day/${today()})`,
    `${ofFirst()} lacks its place of campaign/${campaign.id}/day/${today()}`,
  ])
})

describe('a place is missed, or found where it should not be', () => {
  test.each<{ name: string; change: () => RawBuilder<unknown>; says: () => string[] }>([
    {
      name: 'a day’s place that is another day’s',
      change: () => sql`update slots set scope = replace(scope, ${today()}, '20200101')
        where grant_id = ${first.grantId} and scope like ${dayScope()}`,
      says: () => [`lacks its place of campaign/${campaign.id}/day/${today()}`, 'day/20200101/1 for nothing'],
    },
    {
      name: 'a place under another member’s mark',
      change:
        () => sql`update slots set scope = replace(scope, ${memberMark(merchant, first.openid)}, ${'f'.repeat(32)})
        where grant_id = ${first.grantId} and scope like 'campaign/%/member/%'`,
      says: () => [`lacks its place of campaign/${campaign.id}/member/`, `${'f'.repeat(32)}/1 for nothing`],
    },
    {
      name: 'a second place under the same limit',
      change: () => sql`insert into slots (merchant_id, scope, number, grant_id)
        values (${merchant.id}, ${`campaign/${campaign.id}/total`}, 7, ${first.grantId})`,
      says: () => [`holds campaign/${campaign.id}/total/`, 'for nothing'],
    },
    {
      name: 'places of a grant of which nothing was given',
      change: () => sql`update coupons set state = 'refused', reason = 'user_abnormal' where id = ${first.couponRow}`,
      says: () => [`holds campaign/${campaign.id}/total/1 for nothing`, `holds stock/${stock.id}/member/`],
    },
    {
      name: 'a coupon without a place under its stock',
      change: () => sql`delete from slots where coupon_row = ${first.couponRow}`,
      says: () => [`coupon ${first.couponRow} lacks place 1 of stock/${stock.id}/member/`],
    },
    {
      name: 'a coupon whose number is of another place',
      change: () => sql`update coupons set place = 2 where id = ${first.couponRow}`,
      says: () => [`coupon ${first.couponRow} lacks place 2 of stock/`, '/1 for nothing'],
    },
    {
      name: 'a grant without coupons',
      change: () => sql`delete from coupons where id = ${first.couponRow}`,
      says: () => ['has no coupon'],
    },
    {
      name: 'coupons and places of no grant',
      change: () => sql`delete from grants where id = ${first.grantId}`,
      says: () => [
        `is not there and has coupon ${first.couponRow}`,
        `is not there and holds campaign/${campaign.id}/total/1`,
      ],
    },
    {
      name: 'a coupon that another member was to have',
      change: () => sql`update coupons set openid = 'somebody-else' where id = ${first.couponRow}`,
      says: () => [`has coupon ${first.couponRow} of another member`],
    },
  ])('$name', async ({ change, says }) => {
    await spoil(change())
    const { ok, failures } = await proof()
    expect(ok).toBe(false)
    expect(failures).toHaveLength(1)
    for (const part of [ofFirst(), ...says()]) expect(failures[0]).toContain(part)
  })

  test('a tier’s place', async () => {
    const tiers = [{ at_least: 5000, total: 3, coupons: [{ stock_id: stock.stock_id, count: 1 }] }]
    const spend = await aSpendCampaign(services, stock, { tiers })
    const { grantId } = await give(spend, 5000)
    expect(await proof()).toMatchObject({ ok: true })
    await spoil(sql`delete from slots where scope = ${`campaign/${spend.id}/tier/5000`}`)
    expect((await proof()).failures).toEqual([`grant ${grantId} lacks its place of campaign/${spend.id}/tier/5000`])
  })
})

test('a coupon of WeChat’s that two rows claim to be', async () => {
  const other = await aStock(services, merchant)
  const coupons = [{ stock_id: other.stock_id, count: 1 }]
  const second = await aCampaign(services, other, { coupons })
  const at = services.clock.now()
  const awarded = await award(services, { merchant, campaign: second, openid: 'b', triggerKey: 'b', coupons, at })
  const rows = [first.couponRow, ...(awarded.kind === 'granted' ? [awarded.coupons[0]!.id] : [])]
  await spoil(sql`update coupons set state = 'sent', coupon_id = '98001' where id = any(${rows}::uuid[])`)
  expect((await proof()).failures).toEqual([
    `coupon 98001 of WeChat's is several rows of ours: ${rows.toSorted().join(', ')}`,
  ])
})

test('a limit below what was given, which no operator set', async () => {
  await spoil(sql`update campaigns set limits = '{"total": 1}' where id = ${campaign.id}`)
  await spoil(sql`delete from slots where scope like ${`campaign/${campaign.id}/%`} and scope not like '%/total'`)
  const { lines, failures } = await proof()
  expect(failures).toEqual([
    `${merchant.slug}/${campaign.slug} total: 2 given, 1 allowed (1 above it: campaign/${campaign.id}/total)`,
  ])
  expect(lines[0]).toMatchObject({ used: 2, allowed: 1, ok: false })
})

test('a key that the limits rest on is gone', async () => {
  await using own = await openTestServices()
  await sql`drop index coupons_one_row_each`.execute(own.db)
  expect((await prove(own)).failures).toEqual([
    'the key coupons_one_row_each, which the limits rest on, is not in force',
  ])
})

test('a key that the limits rest on has another column, and lets a place be taken twice', async () => {
  await using own = await openTestServices()
  await sql`drop index coupons_one_send_at_a_time`.execute(own.db)
  await sql`create unique index coupons_one_send_at_a_time on coupons (merchant_id, stock_ref, openid, id)`.execute(
    own.db,
  )
  expect((await prove(own)).failures).toEqual([
    'the key coupons_one_send_at_a_time, which the limits rest on, is not in force',
  ])
})

test('more broken grants than one can read are counted', async () => {
  const many = await aCampaign(services, stock, { limits: { total: 50 } })
  for (let n = 0; n < 23; n += 1) await give(many)
  await spoil(sql`delete from slots where scope = ${`campaign/${many.id}/total`}`)
  const { failures } = await proof()
  expect(failures).toHaveLength(21)
  expect(failures.at(-1)).toBe('and 3 more like these')
})

describe('the gate beside the ledger', () => {
  const total = () => `campaign/${campaign.id}/total`

  test('a place that it believes free although it is held is a note, not a breach', async () => {
    services.gate.giveBack(merchant.id, [{ scope: total(), number: 1 }])
    expect(await proof()).toMatchObject({
      ok: true,
      notes: [`${total()}: 1 free at the gate and held in the ledger: conflicts to come`],
    })
  })

  test('a place that it holds for nobody is a note', async () => {
    const coupons = [{ stock, count: 1 }]
    const mark = memberMark(merchant, 'died-before-the-ledger')
    const limits = limitsOf({ campaign, mark, coupons, tier: undefined, at: services.clock.now() })
    const [only] = limits.filter(({ scope }) => scope === total())
    await services.gate.admit({ merchantId: merchant.id, campaignId: campaign.id, mark }, [only!])
    expect(await proof()).toMatchObject({
      ok: true,
      notes: [`${total()}: 1 held at the gate and free in the ledger: for the gate's repair`],
    })
  })
})
