import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { receive } from '../../src/inbox/inbox.ts'
import { type InboxLoop, openInboxLoop } from '../../src/inbox/loop.ts'
import { memberMark } from '../../src/members/member-mark.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { SpendRule } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { cardOpened, paymentRefunded, paymentSucceeded, type TestEvent } from '../support/events.ts'
import { openTestServices } from '../support/services.ts'
import { aSpendCampaign } from '../support/spend.ts'

/*
 * Whatever order events arrive in, however often and however many at once, the standing grants are those that the facts
 * earn in the end. Nothing is sent here, so a refund always comes in time.
 */

const begin = new Date('2026-11-20T00:00:00+08:00')
let nowMs = begin.getTime()
let services: Services & AsyncDisposable
let loop: InboxLoop

beforeAll(async () => {
  services = await openTestServices({ redis: false, clock: { now: () => new Date(nowMs) } })
  loop = openInboxLoop(services)
})
afterAll(() => services[Symbol.asyncDispose]())

type Facts = {
  /** Member and fen by number of the payment; two days lie between them. `ours`: one of two reports says that our coupon was used. */
  payments: { member: number; total: number; ours: boolean }[]
  refunds: { payment: number; refund: number }[]
  cards: { member: number }[]
}

const facts: fc.Arbitrary<Facts> = fc.record({
  payments: fc.array(
    fc.record({
      member: fc.nat(1),
      total: fc.integer({ min: 1, max: 120 }),
      ours: fc.constantFrom(false, false, false, true),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  refunds: fc.array(fc.record({ payment: fc.nat(5), refund: fc.integer({ min: 1, max: 120 }) }), { maxLength: 4 }),
  cards: fc.array(fc.record({ member: fc.nat(1) }), { maxLength: 3 }),
})

/** Which fact arrives next, and whether the inbox is applied after it. */
const arrivals = fc.array(fc.record({ fact: fc.nat(), apply: fc.boolean() }), { maxLength: 12 })

const modes = ['single', 'cumulative', 'count'] as const
const rules = modes.flatMap((mode) => (['all', 'highest'] as const).map((tier_rule) => [mode, tier_rule] as const))

test.each(rules)('%s, %s: any order and repetition ends in the same grants', { timeout: 120_000 }, async (...how) => {
  const [mode, tier_rule] = how
  await fc.assert(
    fc.asyncProperty(facts, arrivals, async (told, order) => {
      const merchant = await aMerchant(services)
      const stock = await aStock(services, merchant)
      const coupons = [{ stock_id: stock.stock_id, count: 1 }]
      const steps = mode === 'count' ? [1, 2, 3] : [50, 100, 150]
      const tiers = steps.map((at_least) => ({ at_least, coupons }))
      const window = { starts_at: begin, ends_at: new Date(begin.getTime() + 30 * 86_400_000) }
      const rule: Partial<SpendRule> = { mode, tier_rule, tiers, window_days: 5, basis: 'total' }
      const spend = await aSpendCampaign(services, stock, rule, window)
      const card = await aCampaign(services, stock, { kind: 'card_open', limits: {}, ...window })

      const events = eventsOf(told, stock.stock_id)
      for (const { fact, apply } of order) {
        await arrive(merchant, events[fact % events.length] as TestEvent)
        if (apply) await loop.drain()
      }
      for (const event of events) await arrive(merchant, event)
      await settleAll()

      expect(await standing(spend)).toEqual(expectedSpend(told, how, steps, markOf(merchant)))
      expect(await standing(card)).toEqual(
        [...new Set(told.cards.map(({ member }) => `card_open/${markOf(merchant)(member)}`))].toSorted(),
      )
    }),
    { numRuns: 5, endOnFailure: true },
  )
})

const markOf = (merchant: Merchant) => (member: number) => memberMark(merchant, `m${member}`)
const paidAt = (index: number) => new Date(begin.getTime() + index * 2 * 86_400_000)

function eventsOf({ payments, refunds, cards }: Facts, stock_id: string): TestEvent[] {
  const paid = payments.flatMap(({ member, total, ours }, index) => {
    const order = { transactionId: `t${index}`, outTradeNo: `o${index}`, mchid: '1601400973', subMchid: undefined }
    const payment = { ...order, openid: `m${member}`, total, payerTotal: total, promotions: [], goodsTag: undefined }
    const reports = ours ? [[], [{ stock_id }]] : [[]]
    return reports.map((promotions) =>
      paymentSucceeded({ ...payment, promotions, paidAt: paidAt(index), source: 'event' }),
    )
  })
  // By the mall's number, by WeChat's, and by a message that has both.
  const refunded = refunds.flatMap(({ payment, refund }, index) => {
    const told = { transactionId: `t${payment}`, refund, payerRefund: undefined, refundedAt: begin }
    const byEither = [`r${index}`, `w${index}`].map((refundId) => paymentRefunded({ ...told, refundId }))
    return [...byEither, refundNotice(`t${payment}`, `w${index}`, `r${index}`, refund)]
  })
  const opened = cards.map(({ member }) => cardOpened({ openid: `m${member}` }, { occurred_at: begin.toISOString() }))
  return [...paid, ...refunded, ...opened]
}

function refundNotice(transaction_id: string, refund_id: string, out_refund_no: string, refund: number): TestEvent {
  const amount = { total: 1_000, refund }
  const resource = { transaction_id, refund_id, out_refund_no, refund_status: 'SUCCESS', amount }
  const notice = {
    mchid: '1601400973',
    event_type: 'REFUND.SUCCESS',
    resource: { ...resource, success_time: begin.toISOString() },
  }
  return { ...notice, type: 'notice', id: `notice/${refund_id}`, occurred_at: begin.toISOString(), data: {} }
}

/** A repeat comes under another id as often as under its own: then the fact itself is what is known already. */
let repeats = 0
async function arrive(merchant: Merchant, event: TestEvent): Promise<void> {
  repeats += 1
  const body = repeats % 2 === 0 ? event : { ...event, id: `${event.id}/${repeats}` }
  await receive(services, {
    merchantId: merchant.id,
    source: body.type === 'notice' ? 'pay' : 'events',
    businessKey: body.id,
    body,
    at: services.clock.now(),
  })
}

async function settleAll(): Promise<void> {
  for (;;) {
    await loop.drain()
    const left = await services.db.selectFrom('inbox').select('id').where('applied_at', 'is', null).executeTakeFirst()
    if (!left) return
    nowMs += 60_000
  }
}

async function standing(campaign: Campaign): Promise<string[]> {
  const grants = await services.db
    .selectFrom('grants')
    .innerJoin('coupons', 'coupons.grant_id', 'grants.id')
    .select(['trigger_key', 'tier'])
    .where('campaign_id', '=', campaign.id)
    .where('coupons.state', '=', 'reserved')
    .execute()
  // A tier that was taken back and earned again has a number behind it.
  return grants.map(({ trigger_key, tier }) => trigger_key.replace(new RegExp(`^(.*?/${tier})/\\d+$`), '$1')).toSorted()
}

function expectedSpend(
  { payments, refunds }: Facts,
  [mode, tierRule]: (typeof rules)[number],
  steps: number[],
  mark: (member: number) => string,
): string[] {
  const reached = new Map<string, number>()
  const earned: string[] = []
  for (const [index, { member, total, ours }] of payments.entries()) {
    if (ours) continue
    const back = refunds.filter(({ payment }) => payment === index).reduce((sum, { refund }) => sum + refund, 0)
    const net = Math.max(0, total - back)
    const day = ['20261120', '20261125', '20261130'][Math.floor((index * 2) / 5)] as string
    const scope = { single: `t${index}`, cumulative: `${mark(member)}/${day}`, count: `${mark(member)}/count` }[mode]
    const before = reached.get(scope) ?? 0
    const now = before + (mode === 'count' ? Number(net > 0) : net)
    reached.set(scope, now)
    const passed = steps.filter((step) => step > before && step <= now)
    for (const step of tierRule === 'all' ? passed : passed.slice(-1)) earned.push(`spend/${scope}/${step}`)
  }
  return earned.toSorted()
}
