import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aStock, senderOf } from '../support/builders.ts'
import { until } from '../support/waiting.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom({ sendsPerSecond: 100_000 })))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

const unsettled = async () =>
  Number(
    (
      await room.services.db
        .selectFrom('coupons')
        .select((eb) => eb.fn.countAll().as('count'))
        .where('state', '=', 'reserved')
        .executeTakeFirstOrThrow()
    ).count,
  )
/** The same services, and how many looks for what is due have begun and are done. */
function countingLooks<S extends Services>(services: S): { services: S; looks: { begun: number; done: number } } {
  const looks = { begun: 0, done: 0 }
  const leaseDue: Services['ledger']['leaseDue'] = (...asked) => {
    looks.begun += 1
    return services.ledger.leaseDue(...asked).finally(() => (looks.done += 1))
  }
  return { services: { ...services, ledger: { ...services.ledger, leaseDue } }, looks }
}

const settled = () => vi.waitFor(async () => expect(await unsettled()).toBe(0), { timeout: 20_000, interval: 50 })

describe('the worker', () => {
  test('sends whatever becomes due while it runs, and stops when the sends in hand are done', async () => {
    const { services, looks } = countingLooks(room.services)
    const loop = openDeliveryLoop(services)
    loop.start()
    for (let index = 0; index < 150; index += 1) await room.owe()
    loop.wake()
    await settled()
    await loop.stop()
    expect(room.wechat.coupons.size).toBe(150)

    const before = looks.begun
    await room.owe()
    loop.wake()
    expect(await unsettled()).toBe(1)
    expect(looks.begun).toBe(before)
  })

  test('two of them on one ledger send every coupon once', async () => {
    await using second = await room.anotherProcess('second')
    for (let index = 0; index < 60; index += 1) await room.owe()
    await Promise.all([openDeliveryLoop(room.services).drain(), openDeliveryLoop(second).drain()])
    expect(await unsettled()).toBe(0)
    expect(room.wechat.calls).toHaveLength(60)
  })

  test('sends of one stock to one openid never overlap, over two processes', async () => {
    await using second = await room.anotherProcess('second')
    const stock = await aStock(room.services, room.merchant)
    const campaign = await aCampaign(room.services, stock, {
      limits: {},
      coupons: [{ stock_id: stock.stock_id, count: 5 }],
    })
    await room.owe('one member', campaign)
    let inHand = 0
    let most = 0
    const counted = [room.services, second].map(countingLooks)
    /** Each of the two looks for something to send once more, from the beginning, while the send is under way. */
    async function bothLook(): Promise<void> {
      const wanted = counted.map(({ looks }) => looks.begun + 1)
      await until(() => {
        for (const loop of loops) loop.wake()
        return counted.every(({ looks }, index) => looks.done >= wanted[index]!)
      })
    }
    const watched = (services: typeof room.services) => ({
      ...services,
      pay: (account: Parameters<typeof services.pay>[0]) => {
        const client = services.pay(account)
        return {
          ...client,
          async call<T>(request: Parameters<typeof client.call>[0]) {
            most = Math.max(most, (inHand += 1))
            await bothLook()
            return client.call<T>(request).finally(() => (inHand -= 1))
          },
        }
      },
    })
    const loops = counted.map(({ services }) => openDeliveryLoop(watched(services)))
    for (const loop of loops) loop.start()
    await settled()
    await Promise.all(loops.map((loop) => loop.stop()))
    expect(room.wechat.coupons.size).toBe(5)
    expect(most).toBe(1)
  })

  test('a coupon whose like for the same member is being sent waits, and keeps nobody else waiting', async () => {
    const coupons = [{ stock_id: room.stock.stock_id, count: 2 }]
    await room.lease(await room.owe('one member', await aCampaign(room.services, room.stock, { coupons })))
    const others = [await room.owe(), await room.owe()]
    const leased = await room.services.ledger.leaseDue(10)
    expect(leased.map(({ id }) => id).toSorted()).toEqual(others.toSorted())
  })

  test('what a dead process held goes out again when its lease runs out, with the same number', async () => {
    const row = await room.owe()
    const { ledger } = room.services
    await ledger.leaseDue(10)
    const loop = openDeliveryLoop(room.services)
    await loop.drain()
    expect(room.wechat.calls).toEqual([])

    await room.runOut(row)
    await loop.drain()
    expect(await room.coupon(row)).toMatchObject({ state: 'sent' })
  })

  test('a 429 slows the account down and the coupons are sent later', async () => {
    const slowDown = vi.spyOn(room.services.pace, 'slowDown')
    const row = await room.owe()
    room.wechat.next = [{ status: 429, code: 'FREQUENCY_LIMITED', message: '请求过于频繁' }]
    const loop = openDeliveryLoop(room.services)
    await loop.drain()
    expect(slowDown).toHaveBeenCalledWith(senderOf(room.merchant).mchid)
    slowDown.mockRestore()
    room.clock.advance(10_000)
    await loop.drain()
    expect(await room.coupon(row)).toMatchObject({ state: 'sent', attempts: 2 })
  })

  test('a database that is away stops nothing for good: the worker says it once and goes on when it is back', async () => {
    const { ledger, log } = room.services
    const lines: string[] = []
    let away = true
    const failed = vi.fn(() => Promise.reject(new Error('connection refused')))
    const leaseDue: typeof ledger.leaseDue = (options) => (away ? failed() : ledger.leaseDue(options))
    const spied = Object.assign(Object.create(log) as typeof log, {
      error: (_: object, line: string) => void lines.push(line),
      info: (line: unknown) => void (typeof line === 'string' && lines.push(line)),
    })
    await room.owe()
    const loop = openDeliveryLoop({ ...room.services, log: spied, ledger: { ...ledger, leaseDue } })
    loop.start()
    await vi.waitFor(() => expect(lines).toHaveLength(1))
    await until(() => {
      loop.wake()
      return failed.mock.calls.length > 1
    })
    away = false
    loop.wake()
    await settled()
    await loop.stop()
    expect(lines).toEqual(['delivery cannot read the ledger', 'delivery goes on'])
  })
})

test('without Redis the one process there is sends everything', async () => {
  await using alone = await openDeliveryRoom({ redis: false })
  const rows = [await alone.owe(), await alone.owe()]
  await openDeliveryLoop(alone.services).drain()
  for (const row of rows) expect(await alone.coupon(row)).toMatchObject({ state: 'sent' })
})
