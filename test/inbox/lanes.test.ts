import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { receive } from '../../src/inbox/inbox.ts'
import { leaseDue } from '../../src/inbox/lease.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { InboxSource } from '../../src/schema.ts'
import type { Services } from '../../src/services.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { cardOpened, paymentRefunded, paymentSucceeded } from '../support/events.ts'
import { openTestServices } from '../support/services.ts'
import { aPayment, aRefund, aSpendCampaign } from '../support/spend.ts'

let services: Services & AsyncDisposable
let merchant: Merchant

beforeAll(async () => {
  services = await openTestServices({ redis: false })
})
beforeEach(async () => {
  await services.db.deleteFrom('inbox').execute()
  merchant = await aShop()
})
afterAll(() => services[Symbol.asyncDispose]())

async function aShop(): Promise<Merchant> {
  const shop = await aMerchant(services)
  await aSpendCampaign(services, await aStock(services, shop))
  return shop
}
function arrive(source: InboxSource, body: unknown, shop = merchant) {
  return receive(services.db, {
    merchantId: shop.id,
    source,
    businessKey: randomUUID(),
    body,
    at: services.clock.now(),
  })
}
async function paid(openid: string, shop = merchant): Promise<void> {
  await arrive('events', paymentSucceeded(aPayment(services, { openid })), shop)
}
const cardReport = () => ({
  Event: 'user_get_card',
  FromUserName: 'taker',
  CardId: 'pCard',
  UserCardCode: randomUUID(),
  CreateTime: '1795449600',
})
const granted = async (openid: string) =>
  (await services.db.selectFrom('grants').select('id').where('openid', '=', openid).execute()).length
async function untilGranted(openid: string): Promise<void> {
  while ((await granted(openid)) === 0) await sleep(5)
}
const waiting = async () =>
  (await services.db.selectFrom('inbox').select('id').where('applied_at', 'is', null).execute()).length

/** Answers nothing until it is let go, and counts who asks. */
function silence<T>(answer: T) {
  let letGo = () => {}
  const silent = new Promise<void>((resolve) => (letGo = resolve))
  const asked: unknown[][] = []
  const ask = async (...args: unknown[]): Promise<T> => {
    asked.push(args)
    await silent
    return answer
  }
  return { ask, asked, letGo: () => letGo() }
}

describe('a silent Official Account API', () => {
  const api = () => {
    const readMemberCard = silence({ kind: 'refusal' as const })
    const official = (() => ({ readMemberCard: readMemberCard.ask })) as unknown as Services['official']
    return { ...readMemberCard, services: { ...services, official } }
  }

  test('behind which 100 card reports wait does not hold up a payment', async () => {
    for (let report = 0; report < 100; report += 1) await arrive('oa', cardReport())
    await paid('payer')
    const { asked, letGo, services: silent } = api()
    const loop = openInboxLoop(silent)
    loop.start()
    await untilGranted('payer')
    // What comes while the hands of the lane are full is taken at once, too.
    await paid('next payer')
    await untilGranted('next payer')
    while ((await waiting()) > 100) await sleep(5)
    expect(asked).toHaveLength(5)
    letGo()
    await loop.drain()
    await loop.stop()
    expect(await waiting()).toBe(0)
  })

  test('of four merchants leaves hands for the reports of a fifth', async () => {
    const shops = await Promise.all([1, 2, 3, 4].map(aShop))
    for (const shop of shops) for (let report = 0; report < 10; report += 1) await arrive('oa', cardReport(), shop)
    const { asked, letGo, services: silent } = api()
    const loop = openInboxLoop(silent)
    const draining = loop.drain()
    while (asked.length < 20) await sleep(5)
    letGo()
    await draining
    expect(asked).toHaveLength(40)
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
    const free = { events: hands, pay: hands, oa: hands }
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
    await arrive('oa', cardReport())
    const [entry] = await take(1)
    const { rows } = await sql<{ left: number }>`
      select extract(epoch from leased_until - now())::float * 1000 as left from inbox where id = ${entry!.id}`.execute(
      services.db,
    )
    expect(rows[0]?.left).toBeGreaterThan(2 * (tokenMs + answerMs))
  })
})
