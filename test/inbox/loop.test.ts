import { once } from 'node:events'
import { sql } from 'kysely'
import { beforeEach, expect, test, vi } from 'vitest'
import { receive } from '../../src/inbox/inbox.ts'
import { leaseDue } from '../../src/inbox/lease.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { paymentRefunded, paymentSucceeded } from '../support/events.ts'
import { servicesOfFile } from '../support/services.ts'
import { aPayment, aRefund, aSpendCampaign } from '../support/spend.ts'

let nowMs = Date.parse('2026-11-23T12:00:00+08:00')
const services = await servicesOfFile({ redis: false, clock: { now: () => new Date(nowMs) } })
let merchant: Merchant

beforeEach(async () => {
  await services.db.deleteFrom('inbox').execute()
  merchant = await aMerchant(services)
  await aSpendCampaign(services, await aStock(services, merchant))
})

async function arrive(openid: string) {
  const body = paymentSucceeded(aPayment(services, { openid }))
  return receive(services, {
    merchantId: merchant.id,
    source: 'events',
    businessKey: body.id,
    body,
    at: services.clock.now(),
  })
}
const entry = () => services.db.selectFrom('inbox').selectAll().executeTakeFirstOrThrow()
const grants = async (openid: string) =>
  (await services.db.selectFrom('grants').select('id').where('openid', '=', openid).execute()).length

/** The same services, but the ledger cannot be reached for the first `failures` calls. */
function withBrokenLedger(failures: number): Services {
  let left = failures
  const reserve: Services['ledger']['reserve'] = (reservation) => {
    left -= 1
    return left >= 0 ? Promise.reject(new Error('the ledger is away')) : services.ledger.reserve(reservation)
  }
  return { ...services, ledger: { ...services.ledger, reserve } }
}

test('a started loop applies what arrives in its own process without being asked', async () => {
  const loop = openInboxLoop(services)
  loop.start()
  await arrive('awaited')
  while ((await grants('awaited')) === 0) await once(AbortSignal.timeout(20), 'abort')
  await loop.stop()
  expect(await entry()).toMatchObject({ applied_at: new Date(nowMs), last_error: null })

  await arrive('after the stop')
  loop.wake()
  await loop.stop()
  expect(await grants('after the stop')).toBe(0)
})

test('what fails stays due, with its error, and is applied when the fault is gone', async () => {
  await arrive('patient')
  const loop = openInboxLoop(withBrokenLedger(2))
  await loop.drain()
  expect(await entry()).toMatchObject({ applied_at: null, attempts: 1, last_error: 'Error: the ledger is away' })
  await loop.drain()
  expect(await entry()).toMatchObject({ attempts: 1 })
  for (const _turn of [2, 3]) {
    nowMs += 60_000
    await loop.drain()
  }
  expect(await entry()).toMatchObject({ attempts: 3, applied_at: new Date(nowMs), last_error: null })
  expect(await grants('patient')).toBe(1)
})

test('the error that is kept with an entry does not name its member', async () => {
  const openid = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'
  await arrive(openid)
  const reserve: Services['ledger']['reserve'] = () => Promise.reject(new Error(`no place for ${openid}`))
  await openInboxLoop({ ...services, ledger: { ...services.ledger, reserve } }).drain()
  expect(await entry()).toMatchObject({ last_error: 'Error: no place for o***eS6o' })
})

test('a process that dies between the fact and the award leaves both to another', async () => {
  await arrive('bereft')
  // It leased the entry; then nothing more was heard of it.
  const hands = { events: 10, pay: 10, oa: 10, cards: 10 }
  expect((await leaseDue(services.db, { now: new Date(nowMs), busy: [], hands })).entries).toHaveLength(1)
  // A lease is by the database's clock: that of this process may be an hour ahead of the other's.
  nowMs += 3_600_000
  const loop = openInboxLoop(services)
  await loop.drain()
  expect(await grants('bereft')).toBe(0)
  await services.db
    .updateTable('inbox')
    .set({ leased_until: sql`now()` })
    .execute()
  await loop.drain()
  expect(await grants('bereft')).toBe(1)
})

test.each([
  { name: 'running', state: 'published' as const },
  { name: 'taken back into draft', state: 'draft' as const },
])(
  'a refund that meets a send in a campaign $name stays due without an error, and takes back what came back unsent',
  async ({ state }) => {
    const errors = vi.spyOn(services.log, 'error')
    const payment = aPayment(services, { openid: `regretful-${state}` })
    const tell = (body: { id: string }) =>
      receive(services, {
        merchantId: merchant.id,
        source: 'events',
        businessKey: body.id,
        body,
        at: new Date(nowMs),
      })
    const loop = openInboxLoop(services)
    await tell(paymentSucceeded(payment))
    await loop.drain()
    const coupon = services.db.selectFrom('coupons').selectAll().where('openid', '=', payment.openid)
    const leased = await services.ledger.leaseOne((await coupon.executeTakeFirstOrThrow()).id)
    await services.db.updateTable('campaigns').set({ state }).where('merchant_id', '=', merchant.id).execute()
    services.catalog.forget()
    await tell(paymentRefunded(aRefund(services, payment)))
    await loop.drain()
    expect(await coupon.executeTakeFirst()).toMatchObject({ state: 'reserved' })
    expect(errors.mock.calls).toEqual([])

    await services.ledger.release(leased!, new Date(nowMs))
    nowMs += 60_000
    await loop.drain()
    expect(await coupon.executeTakeFirst()).toMatchObject({ state: 'refused', reason: 'refunded' })
  },
)

test('two loops at once apply everything once', async () => {
  const members = Array.from({ length: 50 }, (_, index) => `crowd-${index}`)
  for (const openid of members) await arrive(openid)
  await Promise.all([openInboxLoop(services).drain(), openInboxLoop(services).drain()])
  expect(await Promise.all(members.map(grants))).toEqual(members.map(() => 1))
  const attempts = await services.db.selectFrom('inbox').select('attempts').distinct().execute()
  expect(attempts).toEqual([{ attempts: 1 }])
})

test('a merchant that is gone and a database that is away do not stop the loop', async () => {
  await arrive('orphan')
  const { catalog } = services
  await openInboxLoop({ ...services, catalog: { ...catalog, merchantById: async () => undefined } }).drain()
  expect(await entry()).toMatchObject({ applied_at: null, last_error: `Error: merchant ${merchant.id} is not there` })

  const away = new Proxy(services.db, {
    get() {
      throw new Error('the database is away')
    },
  })
  const loop = openInboxLoop({ ...services, db: away })
  loop.start()
  loop.wake()
  await loop.stop()
})
