import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Clock } from '../../../src/plumbing/clock.ts'
import { openInboxLoop } from '../../../src/inbox/loop.ts'
import { openLog } from '../../../src/plumbing/telemetry/log.ts'
import type { Payment } from '../../../src/payments/payment.ts'
import { merchantPlace } from '../../../src/merchants/secret-places.ts'
import { createApp } from '../../../src/web/app.ts'
import { memberMark } from '../../../src/members/member-mark.ts'
import { aCampaign, aMerchant, aStock } from '../../support/builders.ts'
import {
  cardOpened as opened,
  paymentRefunded,
  paymentSucceeded,
  signedHeaders,
  type TestEvent,
} from '../../support/events.ts'
import { close, listen } from '../../support/listen.ts'
import { aPayment, aRefund, aSpendCampaign } from '../../support/spend.ts'
import { shopOfFile } from '../../support/shop.ts'

const noon = new Date('2026-11-23T12:00:00+08:00')
const clock: Clock = { now: () => noon }
const logged: string[] = []
const log = openLog('warn', { write: (line) => void logged.push(line) })
const { services, merchant } = await shopOfFile({ redis: false, clock, log })
const api = request(createApp(services).callback())

function post(event: TestEvent | string, headers?: Record<string, string>) {
  const body = typeof event === 'string' ? event : JSON.stringify(event)
  return api
    .post(`/api/${merchant.slug}/events`)
    .set(headers ?? signedHeaders(merchant, body, noon))
    .send(body)
}
const inbox = () =>
  services.db.selectFrom('inbox').selectAll().where('merchant_id', '=', merchant.id).orderBy('id').execute()
const cardOpened = (data: Record<string, unknown>, changes: Partial<TestEvent> = {}) =>
  opened(data, { occurred_at: noon.toISOString(), ...changes })
/** Paid to the merchant's own number. */
const ourPayment = (changes: Partial<Payment> = {}) =>
  aPayment(services, { mchid: merchant.accounts[0]!.mchid, ...changes })
const grants = (openid: string) => services.db.selectFrom('grants').selectAll().where('openid', '=', openid).execute()

describe('an event of the merchant', () => {
  test('is on disk before the answer, and a repeat of its id does nothing', async () => {
    const event = cardOpened({})
    await post(event).expect(202)
    const business_key = `card.opened/${event.id}`
    expect(await inbox()).toMatchObject([{ source: 'events', business_key, body: event, applied_at: null }])
    const answer = await post(event).expect(202)
    expect(answer.body).toEqual({ accepted: true, repeat: true })
    expect(await inbox()).toMatchObject([{ body: event }])
  })

  test('is the same one with its fields in another order, spaced out, and told at another time', async () => {
    const event = cardOpened({ channel: 'a\0b' })
    await post(event).expect(202)
    const later = { ...event, occurred_at: '2026-11-23T03:00:00Z' }
    const turned = { ...later, data: Object.fromEntries(Object.entries(event.data).toReversed()) }
    expect((await post(JSON.stringify(turned, null, 4)).expect(202)).body).toMatchObject({ repeat: true })
  })

  test('that says something else under the same type and id is refused, logged, and changes nothing', async () => {
    const event = paymentSucceeded(ourPayment())
    await post(event).expect(202)
    const before = await inbox()
    logged.length = 0
    const other = { ...event, data: { ...event.data, openid: 'somebody-else', total: 7000 } }
    expect((await post(other).expect(409)).body).toEqual({ field: 'data', error: expect.any(String) })
    expect(await inbox()).toEqual(before)
    const [line] = logged.map((text) => JSON.parse(text) as object)
    const told = { event: event.id, first: { openid: '***', total: 6000 }, second: { openid: '***', total: 7000 } }
    expect(line).toMatchObject({ ...told, msg: 'event came again with other data: the first one stands' })
    expect((await post(event).expect(202)).body).toMatchObject({ repeat: true })
  })

  test('with the id of an event of another type is an event of its own: both do their work', async () => {
    const payment = ourPayment({ openid: 'two-types' })
    const [paid, refunded] = [paymentSucceeded(payment), paymentRefunded(aRefund(services, payment))]
    await post(paid).expect(202)
    expect((await post({ ...refunded, id: paid.id }).expect(202)).body).toMatchObject({ repeat: false })
    await openInboxLoop(services).drain()
    const { transactionId } = payment
    const of = (table: 'payments' | 'refunds') =>
      services.db.selectFrom(table).select('id').where('transaction_id', '=', transactionId).execute()
    expect([await of('payments'), await of('refunds')]).toMatchObject([[{}], [{}]])
  })

  test('of each kind does its work: a card, a payment and its refund', async () => {
    const stock = await aStock(services, merchant)
    await aCampaign(services, stock, { kind: 'card_open' })
    await aSpendCampaign(services, stock)
    const payment = ourPayment({ openid: 'spender' })
    await post(cardOpened({ openid: 'opener', channel: null })).expect(202)
    await post(paymentSucceeded(payment)).expect(202)
    await openInboxLoop(services).drain()
    expect(await grants('opener')).toMatchObject([{ trigger_key: `card_open/${memberMark(merchant, 'opener')}` }])
    expect(await grants('spender')).toMatchObject([{ transaction_id: payment.transactionId, refunded_at: null }])

    await post(paymentRefunded(aRefund(services, payment, { payerRefund: 6000 }))).expect(202)
    await openInboxLoop(services).drain()
    expect(await grants('spender')).toMatchObject([{ refunded_at: noon }])
  })

  test('may carry NUL and half an emoji, which are not kept', async () => {
    const event = cardOpened({ channel: 'a\0b\ud83d' })
    await post(event).expect(202)
    expect((await inbox()).at(-1)?.body).toMatchObject({ data: { channel: 'ab\ufffd' } })
  })
})

describe('an event is refused', () => {
  test.each<[string, () => Record<string, string>]>([
    ['without a signature', () => ({ 'content-type': 'application/json' })],
    ['signed with another secret', () => signed({ secret: `whsec_${randomBytes(24).toString('base64')}` })],
    ['signed for another body', () => signedHeaders(merchant, '{}', noon)],
    ['six minutes old', () => signed({ at: new Date(noon.getTime() - 360_000) })],
    ['six minutes ahead', () => signed({ at: new Date(noon.getTime() + 360_000) })],
    ['with a time that is none', () => ({ ...signed({}), 'webhook-timestamp': '17e8' })],
    ['with its time moved', () => ({ ...signed({}), 'webhook-timestamp': String(noon.getTime() / 1_000 + 1) })],
    ['under another id', () => ({ ...signed({}), 'webhook-id': randomUUID() })],
    [
      'with a signature of another version',
      () => ({ ...signed({}), 'webhook-signature': signed({})['webhook-signature']!.replace('v1', 'v2') }),
    ],
  ])('%s: 401, and nothing is kept', async (_name, headers) => {
    const before = await inbox()
    await post(refused, headers()).expect(401)
    expect(await inbox()).toEqual(before)
  })
  const refused = cardOpened({ card_code: 'refused' })
  const signed = ({ at = noon, secret }: { at?: Date; secret?: string }) =>
    signedHeaders(merchant, JSON.stringify(refused), at, secret)

  test('for a merchant that has no events_secret', async () => {
    const other = await aMerchant(services)
    await services.db.updateTable('merchants').set({ events_secret_sealed: null }).where('id', '=', other.id).execute()
    services.catalog.forget()
    const body = JSON.stringify(cardOpened({}))
    await api
      .post(`/api/${other.slug}/events`)
      .set(signedHeaders(other, body, noon))
      .send(body)
      .expect(401)
  })

  test('for a merchant whose stored secret cannot sign anything', async () => {
    const other = await aMerchant(services)
    const headers = signedHeaders(other, JSON.stringify(refused), noon)
    const sealed = services.secrets.seal('whsec_%%%', merchantPlace(other.slug, 'events_secret'))
    await services.db
      .updateTable('merchants')
      .set({ events_secret_sealed: sealed, updated_at: new Date(noon.getTime() + 1) })
      .where('id', '=', other.id)
      .execute()
    services.catalog.forget()
    await api.post(`/api/${other.slug}/events`).set(headers).send(JSON.stringify(refused)).expect(401)
  })

  test("signed with another merchant's secret", async () => {
    const other = await aMerchant(services)
    await post(refused, signedHeaders(other, JSON.stringify(refused), noon)).expect(401)
  })

  test('above 64 KiB, by its length or by what comes', async () => {
    const body = JSON.stringify(cardOpened({ channel: 'x'.repeat(70_000) }))
    await post(body).expect(413)
    const server = createServer(createApp(services).callback())
    const answer = await fetch(`${await listen(server)}/api/${merchant.slug}/events`, {
      method: 'POST',
      headers: signedHeaders(merchant, body, noon),
      body: new Blob([body]).stream(),
      duplex: 'half',
    })
    expect(answer.status).toBe(413)
    await close(server)
  })

  const tooFarAhead = new Date(noon.getTime() + 601_000).toISOString()
  const payment = () => paymentSucceeded(ourPayment())
  const refund = () => paymentRefunded(aRefund(services, aPayment(services)))
  test.each<[string, () => unknown]>([
    ['body', () => 'not json'],
    ['body', () => ['card.opened']],
    ['type', () => cardOpened({}, { type: 'card.closed' })],
    ['id', () => cardOpened({}, { id: '' })],
    ['id', () => cardOpened({}, { id: 'a\0b' })],
    ['occurred_at', () => cardOpened({}, { occurred_at: '2026-11-23 12:00:00' })],
    ['data', () => ({ ...cardOpened({}), data: undefined })],
    ['data.openid', () => cardOpened({ openid: 'member/1' })],
    ['data.card_id', () => cardOpened({ card_id: 7 })],
    ['data.card_code', () => cardOpened({ card_code: undefined })],
    ['data.total', () => ({ ...payment(), data: { ...payment().data, total: '6000' } })],
    ['data.total', () => ({ ...payment(), data: { ...payment().data, total: -1 } })],
    ['data.payer_total', () => ({ ...payment(), data: { ...payment().data, payer_total: 59.9 } })],
    ['data.transaction_id', () => ({ ...payment(), data: { ...payment().data, transaction_id: 'a/b' } })],
    ['data.mchid', () => ({ ...payment(), data: { ...payment().data, mchid: 'abc' } })],
    ['data.promotions.0.amount', () => ({ ...payment(), data: { ...payment().data, promotions: [{ amount: 'x' }] } })],
    ['data.paid_at', () => ({ ...payment(), data: { ...payment().data, paid_at: '2026-11-23' } })],
    ['data.refund', () => ({ ...refund(), data: { ...refund().data, refund: null } })],
    ['data.refund_id', () => ({ ...refund(), data: { ...refund().data, refund_id: '' } })],
    // True in form, and impossible.
    ['occurred_at', () => cardOpened({}, { occurred_at: tooFarAhead })],
    ['data.mchid', () => paymentSucceeded(ourPayment({ mchid: '9999999999' }))],
    ['data.sub_mchid', () => paymentSucceeded(ourPayment(), { sub_mchid: '9999999999' })],
    ['data.paid_at', () => paymentSucceeded(ourPayment(), { paid_at: tooFarAhead })],
    ['data.payer_total', () => paymentSucceeded(ourPayment({ total: 6000, payerTotal: 6001 }))],
    ['data.refunded_at', () => ({ ...refund(), data: { ...refund().data, refunded_at: tooFarAhead } })],
    ['data.payer_refund', () => paymentRefunded(aRefund(services, aPayment(services), { payerRefund: 6001 }))],
  ])('with a wrong %s: 400 names it', async (field, event) => {
    const body = event()
    const answer = await post(typeof body === 'string' ? body : JSON.stringify(body)).expect(400)
    expect(answer.body).toEqual({ field, error: expect.any(String) })
  })
})

test.each<[string, () => TestEvent]>([
  ['ten minutes ahead', () => cardOpened({}, { occurred_at: new Date(noon.getTime() + 600_000).toISOString() })],
  [
    'of an order that a provider placed for the merchant',
    () => paymentSucceeded(ourPayment({ mchid: '1900000001' }), { sub_mchid: merchant.accounts[0]!.mchid }),
  ],
  ['of a free order', () => paymentSucceeded(ourPayment({ total: 0, payerTotal: 0 }))],
  [
    'of a coupon whose face value is more than the order',
    () => paymentSucceeded(ourPayment({ total: 500, payerTotal: 0, promotions: [{ stock_id: '1', amount: 1000 }] })),
  ],
])('an event %s is possible, and accepted', async (_name, event) => {
  await post(event()).expect(202)
})
