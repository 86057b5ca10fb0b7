import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { receive } from '../../src/inbox/inbox.ts'
import { leaseDue } from '../../src/inbox/lease.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { aMerchant } from '../support/builders.ts'
import { paymentRefunded, paymentSucceeded } from '../support/events.ts'
import { openTestServices } from '../support/services.ts'
import { aPayment, aRefund } from '../support/spend.ts'

test('two merchants flood refunds: a third one’s payment is among the first that a process takes', async () => {
  await using services = await openTestServices({ redis: false })
  const { db, clock } = services
  const [one, other, third] = [await aMerchant(services), await aMerchant(services), await aMerchant(services)]
  const arrive = (merchant: Merchant, body: unknown) =>
    receive(services, { merchantId: merchant.id, source: 'events', businessKey: randomUUID(), body, at: clock.now() })
  const payment = aPayment(services)
  for (let refund = 0; refund < 10; refund += 1) {
    for (const flooding of [one, other]) await arrive(flooding, paymentRefunded(aRefund(services, payment)))
  }
  await arrive(third, paymentSucceeded(payment))

  const take = async (hands: number, busy: Parameters<typeof leaseDue>[1]['busy'] = []) => {
    const free = { events: hands, pay: hands, oa: hands, cards: 0 }
    const { entries } = await leaseDue(db, { now: clock.now(), busy, hands: free })
    return entries.map((entry) => entry.merchant_id).toSorted((a, b) => a - b)
  }
  expect(await take(3)).toEqual([one.id, other.id, third.id])
  // And of two lanes that have as much, refunds go before a payment.
  await arrive(third, paymentSucceeded(aPayment(services)))
  expect(await take(2)).toEqual([one.id, other.id])
  // The payment's lane has nothing in hand any more: it is the first again.
  const busy = [one, other].map(({ id }) => ({ source: 'events' as const, merchantId: id, entries: 2 }))
  expect(await take(1, busy)).toEqual([third.id])
})
