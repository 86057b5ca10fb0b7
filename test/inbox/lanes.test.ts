import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeEach, describe, expect, test } from 'vitest'
import { receive } from '../../src/inbox/inbox.ts'
import { leaseDue } from '../../src/inbox/lease.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Payment } from '../../src/payments/payment.ts'
import type { InboxSource } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { cardOpened, paymentRefunded, paymentSucceeded } from '../support/events.ts'
import { servicesOfFile } from '../support/services.ts'
import { aPayment, aRefund, aSpendCampaign } from '../support/spend.ts'
import { until } from '../support/waiting.ts'

const services = await servicesOfFile({ redis: false })
let merchant: Merchant

beforeEach(async () => {
  await services.db.deleteFrom('inbox').execute()
  merchant = await aShop()
})

async function aShop(): Promise<Merchant> {
  const shop = await aMerchant(services)
  await aSpendCampaign(services, await aStock(services, shop))
  return shop
}
function arrive(source: InboxSource, body: unknown, shop = merchant) {
  return receive(services, {
    merchantId: shop.id,
    source,
    businessKey: randomUUID(),
    body,
    at: services.clock.now(),
  })
}
async function paid(openid: string, shop = merchant): Promise<Payment> {
  const payment = aPayment(services, { openid })
  await arrive('events', paymentSucceeded(payment), shop)
  return payment
}
const cardReport = () => ({
  Event: 'user_get_card',
  FromUserName: 'taker',
  CardId: 'pCard',
  UserCardCode: randomUUID(),
  CreateTime: '1795449600',
})
async function report(count: number, shop = merchant): Promise<void> {
  for (let card = 0; card < count; card += 1) await arrive('oa', cardReport(), shop)
}
const granted = async (openid: string) =>
  (await services.db.selectFrom('grants').select('id').where('openid', '=', openid).execute()).length
const untilGranted = (openid: string) => until(async () => (await granted(openid)) === 1)
const inbox = () => services.db.selectFrom('inbox').select('id')
const waiting = async () => (await inbox().where('applied_at', 'is', null).execute()).length
const applied = async ({ id }: Merchant) =>
  (await inbox().where('applied_at', 'is not', null).where('merchant_id', '=', id).execute()).length

/** Answers nothing until it is let go, and keeps who asks. */
function silence<T>(answer: T) {
  const asked: unknown[] = []
  const held: (() => void)[] = []
  let isOver = false
  const ask = (who: unknown) =>
    new Promise<T>((resolve) => {
      asked.push(who)
      if (isOver) resolve(answer)
      else held.push(() => resolve(answer))
    })
  function letGo(): void {
    isOver = true
    for (const go of held) go()
  }
  return { ask, asked, answerOne: () => held.shift()?.(), letGo }
}

describe('a silent Official Account API', () => {
  /** Silent to these merchants; the others it tells that it knows no such card. */
  function silentTo(...shops: Merchant[]) {
    const unknown = { kind: 'refusal' as const }
    const { ask, ...api } = silence(unknown)
    const readMemberCard = ({ id }: Merchant) => (shops.some((shop) => shop.id === id) ? ask(id) : unknown)
    const official = (shop: Merchant) => ({ readMemberCard: async () => readMemberCard(shop) })
    const loop = openInboxLoop({ ...services, official: official as unknown as Services['official'] })
    loop.start()
    async function end(): Promise<void> {
      api.letGo()
      await loop.drain()
      await loop.stop()
    }
    return { ...api, end }
  }

  test('behind which 100 card reports wait holds up neither a payment nor its refund', async () => {
    await report(100)
    const payment = await paid('payer')
    const api = silentTo(merchant)
    await untilGranted('payer')
    await until(() => api.asked.length === 5)
    // What comes while the hands of the lane are full is taken at once, too.
    await paid('next payer')
    await arrive('events', paymentRefunded(aRefund(services, payment)))
    await untilGranted('next payer')
    await until(async () => (await waiting()) === 100)
    const coupons = services.db.selectFrom('coupons').select(['state', 'reason']).where('openid', '=', 'payer')
    expect(await coupons.execute()).toEqual([{ state: 'refused', reason: 'refunded' }])
    expect(api.asked).toHaveLength(5)
    await api.end()
    expect(await waiting()).toBe(0)
  })

  test('of three merchants leaves hands for the reports of a fourth', async () => {
    const shops = await Promise.all([1, 2, 3].map(aShop))
    for (const shop of shops) await report(10, shop)
    const api = silentTo(...shops)
    await until(() => api.asked.length === 15)
    const fourth = await aShop()
    await report(10, fourth)
    await until(async () => (await applied(fourth)) === 10)
    expect(api.asked).toHaveLength(15)
    await api.end()
  })

  test('of four has all hands for reports: payments go on, and a fifth’s report has the first that is free', async () => {
    const shops = await Promise.all([1, 2, 3, 4].map(aShop))
    for (const shop of shops) await report(10, shop)
    const fifth = await aShop()
    const api = silentTo(...shops, fifth)
    await until(() => api.asked.length === 20)
    await report(1, fifth)
    await paid('payer of a silent one', shops[0])
    await untilGranted('payer of a silent one')
    expect(api.asked).toHaveLength(20)
    api.answerOne()
    await until(() => api.asked.length > 20)
    expect(api.asked[20]).toBe(fifth.id)
    await api.end()
    expect(await waiting()).toBe(0)
  })
})

test("one merchant's flood, whose ledger is slow, does not delay another's payment", async () => {
  for (let payer = 0; payer < 50; payer += 1) await paid(`flood-${payer}`)
  const other = await aShop()
  await paid('other', other)
  const slow = silence({ kind: 'stale' as const })
  const reserve: Services['ledger']['reserve'] = (reservation) =>
    reservation.grant.merchantId === merchant.id ? slow.ask(reservation) : services.ledger.reserve(reservation)
  const loop = openInboxLoop({ ...services, ledger: { ...services.ledger, reserve } })
  loop.start()
  await untilGranted('other')
  expect(slow.asked.length).toBeLessThanOrEqual(5)
  const stopped = loop.stop()
  slow.letGo()
  await stopped
})

describe('what a process takes', () => {
  const take = async (hands: number, busy: { source: InboxSource; merchantId: number; entries: number }[] = []) => {
    const free = { events: hands, pay: hands, oa: hands, cards: 0 }
    return (await leaseDue(services.db, { now: services.clock.now(), busy, hands: free })).entries
  }
  const typesOf = (entries: Awaited<ReturnType<typeof take>>) =>
    entries.map(({ body }) => (body as { type: string }).type).toSorted()

  test('is refunds first, then payments, then the rest, however late they came', async () => {
    for (let card = 0; card < 8; card += 1) await arrive('events', cardOpened({}))
    const payment = aPayment(services)
    await arrive('events', paymentSucceeded(payment))
    await arrive('events', paymentRefunded(aRefund(services, payment)))
    expect(typesOf(await take(1))).toEqual(['payment.refunded'])
    expect(typesOf(await take(1))).toEqual(['payment.succeeded'])
    expect(typesOf(await take(10))).toEqual(Array.from({ length: 5 }, () => 'card.opened'))
  })

  test.each([
    ['REFUND.SUCCESS', 0],
    ['V2.REFUND', 0],
    ['TRANSACTION.SUCCESS', 1],
    ['V2.PAYMENT', 1],
    ['COUPON.USE', 2],
  ])('of WeChat’s notices, too: %s is of urgency %i', async (event_type, urgency) => {
    await arrive('pay', { event_type })
    expect(await take(1)).toMatchObject([{ urgency }])
  })

  test('is no more of a lane than fits beside what it has in hand of it', async () => {
    for (let payer = 0; payer < 10; payer += 1) await paid(`payer-${payer}`)
    expect(await take(10, [{ source: 'events', merchantId: merchant.id, entries: 3 }])).toHaveLength(2)
    expect(await take(10, [{ source: 'events', merchantId: merchant.id, entries: 5 }])).toEqual([])
  })

  test('is of the lane that has least in hand, when hands are few', async () => {
    for (let payer = 0; payer < 10; payer += 1) await paid(`payer-${payer}`)
    const other = await aShop()
    await paid('other', other)
    const [entry, ...more] = await take(1, [{ source: 'events', merchantId: merchant.id, entries: 1 }])
    expect([entry?.merchant_id, more]).toEqual([other.id, []])
  })

  test('is taken by no other process', async () => {
    for (let payer = 0; payer < 3; payer += 1) await paid(`payer-${payer}`)
    expect(await take(10)).toHaveLength(3)
    expect(await take(10)).toEqual([])
  })

  test('stays its own for longer than WeChat may keep it waiting: a token and an answer, each a second time', async () => {
    const tokenMs = 3_000
    const answerMs = 4_000
    await report(1)
    const { rows } = await sql<{ now: Date }>`select lease_clock() as now`.execute(services.db)
    const [entry] = await take(1)
    expect(entry!.leased_until!.getTime() - rows[0]!.now.getTime()).toBeGreaterThan(2 * (tokenMs + answerMs))
  })
})
