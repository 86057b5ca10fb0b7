import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { applyOpening } from '../../../src/cards/apply-opening.ts'
import { claim } from '../../../src/claims/claim.ts'
import { tryCampaign } from '../../../src/claims/trial/trial.ts'
import { blockMember } from '../../../src/members/blocks.ts'
import type { Merchant } from '../../../src/merchants/merchant.ts'
import { applyPayment } from '../../../src/payments/apply-payment.ts'
import { recordPayment } from '../../../src/payments/intake.ts'
import type { Campaign } from '../../../src/plumbing/storage/schema/campaign.ts'
import { aCampaign, aMerchant, aStock, senderOf } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { servicesOfFile } from '../../support/services.ts'
import { aPayment, aSpendCampaign } from '../../support/spend.ts'
import { type TrialWorld, trialWorld } from './worlds.ts'

const clock = movableClock()
const services = await servicesOfFile({ clock })
/** Of the present world: payments and cards count in every campaign of a merchant. */
let merchant: Merchant
const hourMs = 3_600_000
let serial = 0

beforeEach(async () => {
  merchant = await aMerchant(services)
})

const inHours = (hours: number) => new Date(clock.now().getTime() + hours * hourMs)
const mine = (openid: string, campaign: Campaign) =>
  services.db
    .selectFrom('grants')
    .innerJoin('coupons', 'coupons.grant_id', 'grants.id')
    .select(['grants.id', 'coupons.id as coupon'])
    .where('grants.openid', '=', openid)
    .where('campaign_id', '=', campaign.id)
    .execute()

function tap(campaign: Campaign, openid: string) {
  return claim(services, { merchant, campaign, openid, claimKey: `key-${(serial += 1)}` })
}

async function pay(openid: string, total: number) {
  const payment = aPayment(services, { openid, total })
  await recordPayment(services, merchant, payment)
  const outcomes = await applyPayment(services, merchant, payment.transactionId)
  return outcomes.flatMap(({ awards }) => awards)
}

function openCard(openid: string) {
  const now = clock.now()
  const card = { cardId: 'pCard', cardCode: `code-${(serial += 1)}`, takenAt: now, activeAt: now }
  return applyOpening(services, merchant, { source: 'oa', openid, ...card })
}

/** Nothing is sent, so that nobody waits for a WeChat that does not answer; what is given is owed. */
async function holdSending() {
  const at = clock.now()
  await services.db
    .insertInto('halts')
    .values({
      merchant_id: merchant.id,
      account_id: senderOf(merchant).id,
      cause: 'appid_not_bound',
      since: at,
      probe_at: at,
    })
    .execute()
}

async function build(world: TrialWorld): Promise<Campaign> {
  const stock = await aStock(services, merchant, {
    max_coupons: 10,
    max_coupons_per_user: world.stock.perUser,
    available_end: inHours(400),
  })
  const coupons = [{ stock_id: stock.stock_id, count: world.count }]
  const tiers = [
    { at_least: world.spend.mode === 'count' ? 1 : 3_000, coupons },
    {
      at_least: world.spend.mode === 'count' ? 2 : 8_000,
      coupons: [{ stock_id: stock.stock_id, count: 1 }],
      ...(world.tierTotal && { total: world.tierTotal }),
    },
  ]
  const common = { limits: world.limits, starts_at: inHours(-60), ends_at: inHours(300) }
  if (world.kind === 'spend') return aSpendCampaign(services, stock, { ...world.spend, tiers }, common)
  return aCampaign(services, stock, { kind: world.kind, coupons, ...common })
}

/** From now on the campaign and its stock are as the world wants them. */
async function settle(world: TrialWorld, campaign: Campaign): Promise<Campaign> {
  const stockId = (campaign.coupons[0] ?? campaign.spend!.tiers[0]!.coupons[0]!).stock_id
  const { taken } = await services.db
    .selectFrom('coupons')
    .innerJoin('stocks', 'stocks.id', 'coupons.stock_ref')
    .select((eb) => eb.fn.countAll<number>().as('taken'))
    .where('stocks.stock_id', '=', stockId)
    .executeTakeFirstOrThrow()
  // A sync later, so that what is left is counted anew.
  await services.db
    .updateTable('stocks')
    .set({
      status: world.stock.status,
      max_coupons: Number(taken) + world.stock.left,
      available_end: inHours(world.stock.endsInHours),
      synced_at: clock.now(),
    })
    .where('stock_id', '=', stockId)
    .execute()
  const [starts, ends] = world.hours
  const changed = await services.db
    .updateTable('campaigns')
    .set({ state: world.state, starts_at: inHours(starts), ends_at: inHours(ends) })
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', campaign.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  services.catalog.forget()
  return changed
}

async function earlierTurns(world: TrialWorld, campaign: Campaign, memberOf: (n: number) => string) {
  for (const { member, amount, hours } of world.earlier) {
    const openid = memberOf(member)
    if (world.kind === 'spend') await pay(openid, amount)
    if (world.kind === 'card_open') await openCard(openid)
    await tap(campaign, openid)
    clock.advance(hours * hourMs)
  }
}

/** What really happens: the reason of the refusal, and the coupons of new grants. */
async function really(world: TrialWorld, campaign: Campaign, openid: string) {
  const before = (await mine(openid, campaign)).length
  let reason: string | undefined
  if (world.kind === 'spend' && world.pays !== undefined) {
    const awards = await pay(openid, world.pays)
    const refused = awards.find((one) => one.kind === 'turned_away')
    reason = awards.length === 0 ? 'nothing' : refused?.kind === 'turned_away' ? refused.reason : undefined
  } else {
    reason = (await tap(campaign, openid)).reason
  }
  const coupons = (await mine(openid, campaign)).length - before
  return coupons > 0 ? { coupons } : { coupons, reason }
}

test(
  'a trial agrees with the claim or payment that follows it, in 200 random worlds',
  { timeout: 300_000 },
  async () => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(trialWorld, async (world) => {
        const run = (serial += 1)
        merchant = await aMerchant(services)
        await holdSending()
        const memberOf = (n: number) => `o-${run}-${n}`
        const built = await build(world)
        await earlierTurns(world, built, memberOf)
        const campaign = await settle(world, built)
        const openid = memberOf(world.member)
        if (world.blocked) await blockMember(services, { merchantId: merchant.id, openid }, { reason: 'x', by: 'test' })
        const isPayment = world.kind === 'spend' && world.pays !== undefined
        const trial = await tryCampaign(services, merchant, campaign, {
          openid,
          ...(isPayment && { amount: world.pays }),
        })
        const real = await really(world, campaign, openid)
        const coupons = trial.coupons.reduce((sum, { count }) => sum + count, 0)
        // A payment that earns nothing has no reason of its own.
        const reason = isPayment && real.reason === 'nothing' ? 'nothing' : trial.reason
        expect([trial.says, trial.gives ? { coupons } : { coupons, reason }]).toEqual([trial.says, real])
        const verdict = trial.gives ? 'given' : (trial.reason ?? '')
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1)
      }),
      { numRuns: 200, endOnFailure: true, seed: 20_261_130 },
    )
    // Worlds in which only one thing happens would prove nothing.
    expect(seen.size).toBeGreaterThan(7)
    expect(seen.get('given')).toBeGreaterThan(30)
  },
)

test('a trial for somebody new says what a new card brings', async () => {
  const stock = await aStock(services, merchant)
  const campaign = await aCampaign(services, stock, { kind: 'card_open', limits: { per_member: 1, total: 1 } })
  expect(await tryCampaign(services, merchant, campaign)).toMatchObject({ gives: true, says: '会得到 10 元券 × 1' })
  await openCard('o-somebody')
  expect(await tryCampaign(services, merchant, campaign)).toMatchObject({
    gives: false,
    reason: 'sold_out',
    says: '不会：已发 1/1',
  })
  const again = await tryCampaign(services, merchant, campaign, { openid: 'o-somebody' })
  expect(again.says).toBe('不会：已领 1/1')
})

test('a trial of a known payment finds its payer, and of an unknown one says so', async () => {
  const stock = await aStock(services, merchant)
  const campaign = await aSpendCampaign(services, stock)
  const small = aPayment(services, { total: 4_000 })
  await recordPayment(services, merchant, small)
  const of = (transactionId: string) => tryCampaign(services, merchant, campaign, { transactionId })
  expect((await of(small.transactionId)).says).toBe('不会：这笔计 40 元（档位 50 元），距下一档还差 10 元')
  expect((await of('4200000000')).says).toContain('没有这笔付款')
  const sums = await tryCampaign(services, merchant, campaign, { openid: small.openid })
  expect(sums.rules.map(({ words }) => words)).toContain('这笔计 40 元（档位 50 元），距下一档还差 10 元')
})

test('a draft is tried as published, at its beginning when that is to come', async () => {
  const stock = await aStock(services, merchant)
  const starts_at = inHours(24)
  const draft = await aCampaign(services, stock, { state: 'draft', starts_at })
  expect(await tryCampaign(services, merchant, draft)).toMatchObject({ gives: true, at: starts_at })
  const missing = await aCampaign(services, stock, { coupons: [{ stock_id: '404', count: 1 }] })
  expect((await tryCampaign(services, merchant, missing)).says).toBe('不会：活动的批次还没有导入')
})

test('a trial says of each rule how it stands, with its numbers', async () => {
  const stock = await aStock(services, merchant, { max_coupons: 5, coupon_amount: 200 })
  const limits = { per_member: 3, per_member_per_day: 1, total: 4, per_day: 2 }
  const campaign = await aCampaign(services, stock, { limits })
  await tap(campaign, 'o-daily')
  const trial = await tryCampaign(services, merchant, campaign, { openid: 'o-daily' })
  expect(trial.says).toBe('不会：今日已领 1/1')
  const words = trial.rules.map(({ name, state, words: said }) => `${name} ${state} ${said}`)
  expect(words.slice(1)).toEqual([
    '领取条件 ok 点一下就能领，没有条件',
    `批次 ok 批次 ${stock.stock_id} 在发放中`,
    '会员 ok 没有被拉黑',
    '每人限领 ok 已领 1/3',
    '每人每天限领 not 今日已领 1/1',
    `批次每人限领 ok 批次 ${stock.stock_id} 已领 1/60`,
    '活动总量 ok 已发 1/4',
    '每天限量 ok 今日已发 1/2',
  ])
  expect((await tryCampaign(services, merchant, campaign)).says).toBe('会得到 2 元券 × 1')
})

/** Every row of every table, and everything in Redis. */
async function everything(): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(table_name) as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(services.db)
  const tables = await Promise.all(
    rows.map(async ({ name }) => {
      const all = await sql<{ row: string }>`select t::text as row from ${sql.raw(name)} t order by 1`.execute(
        services.db,
      )
      return [name, all.rows.map(({ row }) => row)]
    }),
  )
  const keys = (await services.redis!.keys('*')).toSorted()
  const held = await Promise.all(
    keys.map(async (key) => [key, (await services.redis!.dumpBuffer(key))!.toString('hex')]),
  )
  return JSON.stringify([tables, held])
}

test('a trial changes no row, nothing in Redis, and nothing that later claims count with', async () => {
  const stock = await aStock(services, merchant, { max_coupons: 2 })
  const link = await aCampaign(services, stock, { limits: { per_member: 1, total: 2, per_day: 2 } })
  const spend = await aSpendCampaign(services, stock)
  const card = await aCampaign(services, stock, { kind: 'card_open' })
  await tap(link, 'o-first')
  const before = await everything()
  for (let turn = 0; turn < 5; turn += 1) {
    for (const openid of [undefined, 'o-first', 'o-second']) {
      await tryCampaign(services, merchant, link, { openid })
      await tryCampaign(services, merchant, spend, { openid, amount: 6_000 })
      await tryCampaign(services, merchant, card, { openid })
    }
  }
  expect(await everything()).toBe(before)
  expect((await tap(link, 'o-second')).status).not.toBe('refused')
})

test('a trial counts what is left by itself, and believes nothing that claims remember', async () => {
  const stock = await aStock(services, merchant, { max_coupons: 2 })
  const campaign = await aCampaign(services, stock, { limits: { per_member: 1 } })
  await tap(campaign, 'o-before')
  await services.db.updateTable('stocks').set({ max_coupons: 1 }).where('id', '=', stock.id).execute()
  expect((await tryCampaign(services, merchant, campaign)).gives).toBe(false)
})
