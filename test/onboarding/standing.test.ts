import type { Insertable } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { followEvidence } from '../../src/onboarding/follow-evidence.ts'
import { keepByHand, keepEvidence } from '../../src/onboarding/keep.ts'
import { standingsOf } from '../../src/onboarding/standing.ts'
import { dayMs } from '../../src/plumbing/clock.ts'
import type { ProviderActsTable } from '../../src/plumbing/storage/schema.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aCampaign, aMerchant, aStock, senderOf } from '../support/builders.ts'
import { movableClock } from '../support/clock.ts'
import { aGrant } from '../support/grants.ts'
import { servicesOfFile } from '../support/services.ts'
import { aTrigger } from '../support/triggers.ts'

/** Facts of other days, written to the ledger as they would lie there. */
const clock = movableClock()
const services = await servicesOfFile({ redis: false, clock })
const { db } = services
let merchant: Merchant
let stock: Stock
beforeEach(async () => {
  merchant = await aMerchant(services)
  stock = await aStock(services, merchant)
})

const daysAgo = (days: number) => new Date(clock.now().getTime() - days * dayMs)
const stepOf = async (step: number) => (await standingsOf(db, merchant.id)).now.get(step)
const byHand = (step: number, state: 'asked' | 'granted' | 'refused', day: string) =>
  keepByHand(services, merchant.id, { step, state, day, by: 'command line' })

async function aSentCoupon(at: Date, account = senderOf(merchant).id, of = stock): Promise<void> {
  const grantId = await aGrant(services, await aCampaign(services, of), of, { openid: 'oMember', coupons: ['sent'] })
  await db.updateTable('coupons').set({ settled_at: at, account_id: account }).where('grant_id', '=', grantId).execute()
}

async function aHalt(cause: string, since: Date, of: { account?: number; stock?: Stock | null } = {}): Promise<void> {
  await db
    .insertInto('halts')
    .values({
      merchant_id: merchant.id,
      account_id: of.account ?? senderOf(merchant).id,
      stock_ref: of.stock === null ? null : (of.stock ?? stock).id,
      cause,
      code: 'REQUEST_BLOCKED',
      message: '批次不支持跨商户发券',
      request_id: '08A-270079508',
      since,
      probe_at: since,
      lifted_at: since,
    })
    .execute()
}

async function anotherSender(): Promise<number> {
  const { id: first } = senderOf(merchant)
  const { id: _, ...like } = await db
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', first)
    .executeTakeFirstOrThrow()
  const another = { ...like, mchid: '1900000109' }
  const { id } = await db.insertInto('accounts').values(another).returning('id').executeTakeFirstOrThrow()
  return id
}

async function aCreation(act: Partial<Insertable<ProviderActsTable>>, request: object): Promise<void> {
  const [creator_mchid, out_request_no] = ['1267388801', `made-${merchant.id}`]
  await db
    .insertInto('made_stocks')
    .values({
      merchant_id: merchant.id,
      creator_mchid,
      out_request_no,
      request: JSON.stringify(request),
      created_at: clock.now(),
    })
    .execute()
  const facts = {
    act: 'create',
    subject: out_request_no,
    outcome: 'done',
    by: 'command line',
    at: clock.now(),
  } as const
  await db
    .insertInto('provider_acts')
    .values({ merchant_id: merchant.id, creator_mchid, ...facts, ...act })
    .execute()
}

test('a refusal of last week does not undo a grant of today', async () => {
  await aHalt('stock_not_cross_merchant', daysAgo(7))
  await aSentCoupon(daysAgo(0))
  expect(await stepOf(4)).toMatchObject({ state: 'granted' })
  await keepEvidence(db, merchant.id)
  expect(await stepOf(4)).toMatchObject({ state: 'granted' })
})

test('a halt of the past says that step 4 is missing while nothing went out after it', async () => {
  await aSentCoupon(daysAgo(9))
  await aHalt('sender_not_listed', daysAgo(7))
  expect(await stepOf(4)).toMatchObject({
    state: 'refused',
    evidence: `商户号 ${senderOf(merchant).mchid} 发批次 ${stock.stock_id}，微信答复：REQUEST_BLOCKED 批次不支持跨商户发券（Request-ID 08A-270079508）`,
  })
})

test('what a person states today stands against yesterday’s refusal, also where it was not written yet', async () => {
  await aHalt('caller_without_permission', daysAgo(1), { stock: null })
  const { was } = await byHand(4, 'granted', '20261101')
  expect(was).toMatchObject({ state: 'refused', source: 'evidence' })
  expect(await stepOf(4)).toMatchObject({ state: 'granted', source: 'hand', day: '20261101' })
  expect(await keepEvidence(db, merchant.id)).toEqual([])
})

test('evidence that comes after what a person stated moves the step again', async () => {
  await byHand(4, 'asked', '20261101')
  clock.advance(dayMs)
  await aSentCoupon(clock.now())
  expect(await stepOf(4)).toMatchObject({ state: 'granted', source: 'evidence' })
})

test('one number that sends does not hide another one that may not', async () => {
  const other = await anotherSender()
  await aHalt('sender_not_listed', daysAgo(2), { account: other })
  await aSentCoupon(daysAgo(1))
  expect((await stepOf(4))?.evidence).toContain('商户号 1900000109')
  await aSentCoupon(daysAgo(0.5), other)
  expect(await stepOf(4)).toMatchObject({ state: 'granted' })
})

test("a coupon of the sender's own stock proves nothing of step 4", async () => {
  const own = await aStock(services, merchant, { creator_mchid: senderOf(merchant).mchid })
  await aSentCoupon(daysAgo(0), senderOf(merchant).id, own)
  expect(await stepOf(3)).toMatchObject({ state: 'granted' })
  expect(await stepOf(4)).toBeUndefined()
})

test('a refusal of one step leaves the others alone', async () => {
  await aHalt('appid_not_bound', daysAgo(1), { stock: null })
  await aHalt('certificate_expired', daysAgo(1), { stock: null })
  await aHalt('signature_wrong', daysAgo(1), { stock: null })
  await aHalt('stock_budget_exhausted', daysAgo(1))
  const { now } = await standingsOf(db, merchant.id)
  const refused = [...now].filter(([, { state }]) => state === 'refused').map(([step]) => step)
  expect(refused.toSorted()).toEqual([3, 6, 8])
})

test('imported, running and published: steps 1, 9, 10, 11 and 12', async () => {
  await aCampaign(services, stock)
  await aStock(services, merchant, { no_cash: true, status: 'unactivated' })
  const { moved } = await standingsOf(db, merchant.id)
  expect(moved.map(({ step, state }) => `${step} ${state}`)).toEqual(
    [1, 9, 10, 11, 12].map((step) => `${step} granted`),
  )
  expect(moved[2]?.evidence).toBe(`批次 ${stock.stock_id}「满30减10」运营中`)
})

test('a prefunded stock that the provider created proves step 1, NO_AUTH disproves it', async () => {
  await db.deleteFrom('stocks').where('merchant_id', '=', merchant.id).execute()
  await aCreation({}, { no_cash: false })
  expect(await stepOf(1)).toMatchObject({ state: 'granted' })
  clock.advance(1_000)
  const refusal = {
    outcome: 'refused',
    code: 'NO_AUTH',
    message: '你配置的信息需要开通特殊权限',
    request_id: '08B',
  } as const
  const facts = { merchant_id: merchant.id, creator_mchid: '1267388801', act: 'create', subject: 'another' } as const
  await db
    .insertInto('provider_acts')
    .values({ ...facts, ...refusal, by: 'x', at: clock.now() })
    .execute()
  expect((await stepOf(1))?.evidence).toBe(
    '服务商 1267388801 创建预充值批次，微信答复：NO_AUTH 你配置的信息需要开通特殊权限（Request-ID 08B）',
  )
})

test('a stock without prefunding is of step 5, and only for a merchant where it can be used', async () => {
  const usableAt = (mchid: string) => ({ no_cash: true, coupon_use_rule: { available_merchants: [mchid] } })
  await aCreation({}, usableAt('1999999999'))
  expect(await stepOf(5)).toBeUndefined()
  merchant = await aMerchant(services)
  await aCreation({}, usableAt(senderOf(merchant).mchid))
  expect(await stepOf(5)).toMatchObject({ state: 'granted' })
  merchant = await aMerchant(services)
  const refusal = { outcome: 'refused', code: 'INVALID_REQUEST', message: '可用商户不符合规则' } as const
  await aCreation(refusal, usableAt(senderOf(merchant).mchid))
  expect(await stepOf(5)).toMatchObject({ state: 'refused' })
})

test('a creation that failed for the stock’s own fields says nothing of the products', async () => {
  await db.deleteFrom('stocks').where('merchant_id', '=', merchant.id).execute()
  await aCreation(
    { outcome: 'refused', code: 'PARAM_ERROR', message: '批次预算等于批次面额乘以发券数' },
    { no_cash: false },
  )
  expect(await stepOf(1)).toBeUndefined()
})

test('the job writes what moved for every merchant, and nothing the next time', async () => {
  const run = { signal: new AbortController().signal, progress: undefined, save: async () => {} }
  expect(await followEvidence(services, run)).toMatch(/^[1-9]\d* merchants, [1-9]\d* steps moved$/)
  expect(await followEvidence(services, run)).toMatch(/, 0 steps moved$/)
  const rows = await db.selectFrom('onboarding_steps').selectAll().where('merchant_id', '=', merchant.id).execute()
  expect(rows.map(({ step }) => step)).toEqual([1, 9, 10, 11])
  expect(new Set(rows.map(({ by, source }) => `${by} ${source}`))).toEqual(new Set(['system evidence']))
})

test('a merchant whose evidence cannot be written does not hold up the next one', async () => {
  const next = await aMerchant(services)
  await aStock(services, next)
  const run = { signal: new AbortController().signal, progress: undefined, save: async () => {} }
  const refusal = `if new.merchant_id = ${merchant.id} then raise exception 'broken'; end if; return new`
  await using _ = await aTrigger(db, 'before insert on onboarding_steps', refusal)
  await expect(followEvidence(services, run)).rejects.toThrow(/^1 of \d+ merchants: .*broken/)
  const { moved } = await standingsOf(db, next.id)
  expect(moved).toEqual([])
})

test('the job ends between two merchants when its process stops', async () => {
  const run = { signal: AbortSignal.abort(new Error('stopping')), progress: undefined, save: async () => {} }
  await expect(followEvidence(services, run)).rejects.toThrow('stopping')
})
