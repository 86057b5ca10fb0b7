import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { applyCampaign } from '../../src/campaigns/apply.ts'
import { copyCampaign } from '../../src/campaigns/copy.ts'
import { type EarningRules, frozenFaults } from '../../src/campaigns/frozen-rules.ts'
import { claim } from '../../src/claims/claim.ts'
import { FileFault } from '../../src/file-fault.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import type { Payment } from '../../src/payments/payment.ts'
import { settlePayment } from '../../src/payments/settle-payment.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/stocks/stock.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'
import { aPayment } from '../support/spend.ts'
import { statementsWait } from '../support/waiting.ts'

let nowMs = Date.parse('2026-11-23T12:00:00+08:00')
let services: Services & AsyncDisposable
let merchant: Merchant
let stock: Stock

beforeAll(async () => {
  services = await openTestServices({ redis: false, clock: { now: () => new Date(nowMs) } })
})
beforeEach(async () => {
  nowMs = Date.parse('2026-11-23T12:00:00+08:00')
  merchant = await aMerchant(services)
  stock = await aStock(services, merchant)
})
afterAll(() => services[Symbol.asyncDispose]())

const tier = (at_least: number) => ({ at_least, coupons: [{ stock_id: stock.stock_id, count: 1 }] })
function aFile(spend: Record<string, unknown> = {}, changes: Record<string, unknown> = {}) {
  return {
    slug: 'spend',
    kind: 'spend',
    title: '消费有礼',
    starts_at: '2026-11-01T00:00:00+08:00',
    ends_at: '2026-12-31T23:59:59+08:00',
    state: 'published',
    spend: { tiers: [tier(5000)], ...spend },
    ...changes,
  }
}
const apply = (file: unknown) => applyCampaign(services, merchant, file)
const faultsOf = async (file: unknown) => {
  const error: unknown = await apply(file).catch((reason: unknown) => reason)
  if (!(error instanceof FileFault)) throw new Error('expected a FileFault', { cause: error })
  return error.faults
}
async function paid(changes: Partial<Payment> = {}): Promise<Payment> {
  const payment = aPayment(services, changes)
  await recordPayment(services, merchant, payment)
  await settlePayment(services, merchant, payment.transactionId)
  return payment
}
const tiersOf = async ({ openid }: Payment) =>
  (await services.db.selectFrom('grants').select('tier').where('openid', '=', openid).orderBy('tier').execute()).map(
    (grant) => grant.tier,
  )
const tap = async ({ openid }: Payment) => {
  const campaign = (await services.directory.campaign(merchant.id, 'spend'))!
  return claim(services, { merchant, campaign, openid, claimKey: `tap-${nowMs}` })
}

describe('once something was given, an edit by which the same money would earn again', () => {
  const edits: [string, () => object, () => object, string][] = [
    ['another threshold', () => aFile(), () => aFile({ tiers: [tier(5500)] }), 'spend.tiers: the tier of 5000'],
    [
      'a removed tier',
      () => aFile({ tiers: [tier(5000), tier(9000)] }),
      () => aFile(),
      'spend.tiers: the tier of 9000 cannot be changed or removed',
    ],
    [
      'a tier between',
      () => aFile({ tiers: [tier(5000), tier(9000)] }),
      () => aFile({ tiers: [tier(5000), tier(6000), tier(9000)] }),
      'spend.tiers: a tier of 6000 cannot be added below that of 9000',
    ],
    ['another mode', () => aFile(), () => aFile({ mode: 'cumulative' }), 'spend.mode: cannot change from single'],
    ['another basis', () => aFile(), () => aFile({ basis: 'total' }), 'spend.basis: cannot change from payer_total'],
    [
      'another tier rule',
      () => aFile(),
      () => aFile({ tier_rule: 'all' }),
      'spend.tier_rule: cannot change from highest',
    ],
    [
      'orders that were excluded',
      () => aFile(),
      () => aFile({ exclude_orders_using_our_coupons: false }),
      'spend.exclude_orders_using_our_coupons: cannot change from true',
    ],
    [
      'another window',
      () => aFile({ mode: 'cumulative' }),
      () => aFile({ mode: 'cumulative', window_days: 7 }),
      'spend.window_days: cannot change from 30 to 7',
    ],
    [
      'an earlier start',
      () => aFile(),
      () => aFile({}, { starts_at: '2026-10-31T00:00:00+08:00' }),
      'starts_at: cannot become earlier',
    ],
    [
      'another start of all windows',
      () => aFile({ mode: 'cumulative' }),
      () => aFile({ mode: 'cumulative' }, { starts_at: '2026-11-02T00:00:00+08:00' }),
      'starts_at: cannot move to another day',
    ],
  ]

  test.each(edits)('is refused with its field and the way out: %s', async (_name, before, after, fault) => {
    await apply(before())
    const payment = await paid()
    expect(await tiersOf(payment)).toEqual([5000])
    const faults = await faultsOf(after())
    expect(faults).toHaveLength(2)
    expect(faults[0]).toContain(fault)
    expect(faults[1]).toContain(`campaign copy ${merchant.slug} spend NEW_SLUG --from TIME`)
    nowMs += 2_000
    expect(await tap(payment)).toMatchObject({ status: 'refused', reason: 'already_claimed' })
    expect(await tiersOf(payment)).toEqual([5000])
  })

  test.each(edits)('is taken while nothing was given: %s', async (_name, before, after) => {
    await apply(before())
    expect(await apply(after())).toContain('campaign spend: revision 2')
  })

  test('is refused also while the first grant is being written: it waits for that', async () => {
    await apply(aFile())
    const { db } = services
    await sql`create function wait() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(1); return new; end $$`.execute(db)
    await sql`create trigger wait before insert on grants for each row execute function wait()`.execute(db)
    const holding = await db.startTransaction().execute()
    await sql`select pg_advisory_xact_lock(1)`.execute(holding)
    const paying = paid()
    await statementsWait(db)
    const faults = faultsOf(aFile({ basis: 'total' }))
    await statementsWait(db, 2)
    await holding.commit().execute()
    expect(await tiersOf(await paying)).toEqual([5000])
    expect((await faults)[0]).toContain('spend.basis: cannot change')
    await sql`drop trigger wait on grants`.execute(db)
  })

  test('names everything that is wrong at once', async () => {
    await apply(aFile())
    await paid()
    const faults = await faultsOf(aFile({ basis: 'total', mode: 'count', tiers: [tier(1)] }))
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'spend.basis',
      'spend.mode',
      'spend.tiers',
      'spend.tiers',
      'for other rules',
    ])
  })
})

describe('once something was given, a harmless edit stays free', () => {
  test.each([
    ['title, rules and end', () => aFile({}, { title: '新', rules: '新', ends_at: '2026-12-01T00:00:00+08:00' })],
    ['limits and state', () => aFile({}, { limits: { total: 5 }, state: 'paused' })],
    ['a later start', () => aFile({}, { starts_at: '2026-11-02T00:00:00+08:00' })],
    ['a hold and a tier’s total', () => aFile({ hold_minutes: 5, tiers: [{ ...tier(5000), total: 9 }] })],
    ['a window where none is counted', () => aFile({ window_days: 7 })],
  ])('%s', async (_name, after) => {
    await apply(aFile())
    const payment = await paid()
    expect(await apply(after())).toContain('campaign spend: revision 2')
    nowMs += 2_000
    await settlePayment(services, merchant, payment.transactionId)
    expect(await tiersOf(payment)).toEqual([5000])
  })

  test('another coupon in a tier; orders that used the old one stay excluded', async () => {
    await apply(aFile())
    await paid()
    const used = await paid({ promotions: [{ stock_id: stock.stock_id }] })
    expect(await tiersOf(used)).toEqual([])
    const other = await aStock(services, merchant)
    const file = aFile({ tiers: [{ at_least: 5000, coupons: [{ stock_id: other.stock_id, count: 1 }] }] })
    await apply(file)
    expect(await apply(file)).toContain('campaign spend: nothing changed')
    nowMs += 2_000
    expect(await tap(used)).toMatchObject({ status: 'refused', reason: 'not_eligible' })
  })

  test('a new tier above the highest, which counts only payments made after it', async () => {
    await apply(aFile())
    const before = await paid({ total: 9000 })
    nowMs += 60_000
    const file = aFile({ tiers: [tier(5000), tier(8000)] })
    const lines = await apply(file)
    const since = new Date(nowMs).toISOString()
    expect(lines).toContain(`campaign spend: the tier of 8000 counts only payments made from ${since} on`)
    expect(await apply(file)).toContain('campaign spend: nothing changed')
    nowMs += 60_000
    expect(await tap(before)).toMatchObject({ status: 'refused', reason: 'already_claimed' })
    expect(await tiersOf(before)).toEqual([5000])
    expect(await tiersOf(await paid({ total: 9000 }))).toEqual([8000])
    // A third one counts from its own edit, and the second keeps its time.
    expect(await apply(aFile({ tiers: [tier(5000), tier(8000), tier(9000)] }))).toContain(
      `campaign spend: the tier of 9000 counts only payments made from ${new Date(nowMs).toISOString()} on`,
    )
    const stored = (await services.directory.campaign(merchant.id, 'spend'))?.spend?.tiers.map((one) => one.since)
    expect(stored).toEqual([undefined, since, new Date(nowMs).toISOString()])
  })

  test('a new tier of a sum, which counts only windows that begin after it', async () => {
    const rule = { mode: 'cumulative', window_days: 10 }
    await apply(aFile(rule))
    const before = await paid()
    expect((await apply(aFile({ ...rule, tiers: [tier(5000), tier(8000)] }))).join()).toContain(
      'the tier of 8000 counts only windows of 10 days that begin from 2026-11-23',
    )
    await paid({ openid: before.openid, total: 9000 })
    expect(await tiersOf(before)).toEqual([5000])
    nowMs = Date.parse('2026-12-01T00:00:00+08:00')
    await paid({ openid: before.openid, total: 9000 })
    expect(await tiersOf(before)).toEqual([5000, 8000])
  })

  test('of two operators who change it at once, the second sees what the first did', async () => {
    await apply(aFile())
    await paid()
    const [first, second] = [tier(8000), tier(9000)]
    const done = await Promise.allSettled([
      apply(aFile({ tiers: [tier(5000), first] })),
      apply(aFile({ tiers: [tier(5000), second] })),
    ])
    // The other's tier is not in the second file, and so would be removed.
    expect(done.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('of a campaign for cards, once something was given,', () => {
  const rules = (changes: object = {}): EarningRules => ({
    kind: 'card_open',
    starts_at: new Date('2026-11-01T00:00:00+08:00'),
    spend: null,
    ...changes,
  })

  test.each([
    [
      'from new cards to any',
      rules({ cards: 'new' }),
      rules({ cards: 'any' }),
      ['cards: cannot change from new to any'],
    ],
    ['from nothing said to any', rules(), rules({ cards: 'any' }), ['cards: cannot change from new to any']],
    ['from any card to new ones', rules({ cards: 'any' }), rules({ cards: 'new' }), []],
    [
      'to an earlier start',
      rules(),
      rules({ starts_at: new Date('2026-10-01T00:00:00+08:00') }),
      ['starts_at: cannot become earlier'],
    ],
    ['to a later start', rules(), rules({ starts_at: new Date('2026-12-01T00:00:00+08:00') }), []],
  ])('a change %s', (_name, before, after, faults) => {
    expect(frozenFaults(before, after).map((fault) => fault.split(',')[0])).toEqual(faults)
  })

  test('a link, which earns by the tap alone, may start earlier', () => {
    expect(frozenFaults(rules({ kind: 'link' }), rules({ kind: 'link', starts_at: new Date(0) }))).toEqual([])
  })
})

describe('a copy', () => {
  const from = new Date('2026-12-01T00:00:00+08:00')
  const copy = (changes: Partial<Parameters<typeof copyCampaign>[2]> = {}) =>
    copyCampaign(services, merchant, { slug: 'spend', newSlug: 'spend-2', from, ...changes })

  test('is a draft with the same rules, whose places are its own, and says that the old one is still open', async () => {
    await apply(aFile({ mode: 'count' }, { limits: { total: 7 } }))
    expect(await copy()).toEqual([
      'campaign spend-2: created as a draft, a copy of spend that counts only what comes from 2026-11-30T16:00:00.000Z on',
      'campaign spend-2: has places of its own under every limit: what spend gave does not count',
      'campaign spend-2: write its file with the new rules, apply it, and publish it',
      'campaign spend: is still open after that, and both give: set its ends_at to 2026-11-30T15:59:59.000Z',
    ])
    expect(await services.directory.campaign(merchant.id, 'spend-2')).toMatchObject({
      state: 'draft',
      starts_at: from,
      limits: { total: 7 },
      spend: { mode: 'count', tiers: [tier(5000)] },
      revision: 1,
    })
  })

  test('takes other rules, and old payments earn nothing in it, also on a tap', async () => {
    await apply(aFile())
    const old = await paid()
    await copy()
    const rules = { mode: 'cumulative', window_days: 7, tiers: [tier(6000)] }
    const file = aFile(rules, { slug: 'spend-2', starts_at: from.toISOString() })
    await apply(file)
    await apply(aFile({}, { ends_at: '2026-11-30T23:59:59+08:00' }))
    nowMs = from.getTime()
    await settlePayment(services, merchant, old.transactionId)
    const campaign = (await services.directory.campaign(merchant.id, 'spend-2'))!
    expect(await claim(services, { merchant, campaign, openid: old.openid, claimKey: 'tap' })).toMatchObject({
      reason: 'not_eligible',
    })
    await paid({ openid: old.openid })
    expect(await tiersOf(old)).toEqual([5000, 6000])
  })

  test('still knows the coupons that the old one gave, when it gives others', async () => {
    await apply(aFile())
    await copy()
    const other = await aStock(services, merchant)
    const tiers = [{ at_least: 5000, coupons: [{ stock_id: other.stock_id, count: 1 }] }]
    await apply(aFile({ tiers }, { slug: 'spend-2', starts_at: from.toISOString() }))
    nowMs = from.getTime()
    await apply(aFile({}, { state: 'ended' }))
    expect(await tiersOf(await paid({ promotions: [{ stock_id: stock.stock_id }] }))).toEqual([])
    expect(await tiersOf(await paid())).toEqual([5000])
  })

  test('cannot be made to start earlier', async () => {
    await apply(aFile())
    await copy()
    const faults = await faultsOf(aFile({}, { slug: 'spend-2' }))
    expect(faults[0]).toContain('starts_at: must not be before 2026-11-30T16:00:00.000Z')
  })

  test('of an ended campaign says nothing of its end', async () => {
    await apply(aFile({}, { state: 'ended' }))
    expect((await copy()).filter((line) => line.startsWith('campaign spend:'))).toEqual([])
  })

  test.each([
    ['of a campaign that is not there', { slug: 'nowhere' }, 'has no campaign nowhere'],
    ['under a slug that is taken', { newSlug: 'spend' }, 'has a campaign spend already'],
    ['under a slug that is none', { newSlug: 'Spend!' }, 'NEW_SLUG: must be up to 40'],
    ['from a time that has passed', { from: new Date('2026-11-23T11:59:59+08:00') }, 'must not lie in the past'],
    ['from its end on', { from: new Date('2026-12-31T23:59:59+08:00') }, 'must be before the end of spend'],
  ])('%s is refused', async (_name, changes, fault) => {
    await apply(aFile())
    await expect(copy(changes)).rejects.toThrow(fault)
  })
})
