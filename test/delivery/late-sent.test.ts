import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { prove } from '../../src/doctor/proof/proof.ts'
import { doors } from '../../src/delivery/doors.ts'
import { send } from '../../src/delivery/sender.ts'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { lateSendsTotal } from '../../src/plumbing/telemetry/metrics.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'

let room: DeliveryRoom
/** Lines of the log, of the level that wakes a person. */
const errors: unknown[] = []
const log = openLog('error', { write: (line) => void errors.push(JSON.parse(line)) })
beforeAll(async () => void (room = await openDeliveryRoom({ log })))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(async () => {
  await room.clear()
  errors.length = 0
  lateSendsTotal.reset()
})

const counted = async () => (await lateSendsTotal.get()).values.map(({ labels, value }) => ({ ...labels, value }))

/** It is refused here while a send of it is under way, which then arrives. */
async function refusedAndThenSent(total: number) {
  const stock = await aStock(room.services, room.merchant)
  const campaign = await aCampaign(room.services, stock, { limits: { per_member: 1, total } })
  const row = await room.owe('early', campaign)
  const leased = await room.lease(row)
  // What a release before this one did: the refusal of another process was believed while our send was under way.
  const { db } = room.services
  await db.updateTable('coupons').set({ lease_token: null, leased_until: null }).where('id', '=', row).execute()
  expect(await room.takeBack(row)).toBe(true)
  const scope = `campaign/${campaign.id}/total`
  return {
    row,
    leased,
    scope,
    owe: (openid: string) => room.owe(openid, campaign),
    arrive: () => send(room.services, leased, doors.worker),
    places: async () => (await room.slots()).filter((slot) => slot.scope === scope).map(({ number }) => number),
  }
}

describe('a true "sent" that comes late wins', () => {
  test('it is recorded, marked, and takes its places again', async () => {
    const { row, arrive, places } = await refusedAndThenSent(2)
    expect(await room.slots()).toEqual([])
    expect(await arrive()).toMatchObject({ state: 'sent' })
    expect(await room.coupon(row)).toMatchObject({ state: 'sent', late: true, coupon_id: await room.atWeChat(row) })
    expect(await room.slots()).toHaveLength(3)
    expect(await places()).toEqual([1])
  })

  test('where another has its place meanwhile it stands above the limit, which is filled from above later', async () => {
    const { row, owe, arrive, places } = await refusedAndThenSent(1)
    const other = await owe('next')
    await arrive()
    expect(await places()).toEqual([1, 2])
    expect(await prove(room.services)).toMatchObject({ ok: false })

    expect(await room.takeBack(other)).toBe(true)
    expect(await places()).toEqual([1])
    await expect(owe('third')).rejects.toThrow('turned_away')
    expect(await prove(room.services)).toMatchObject({ ok: true })
    expect(await room.coupon(row)).toMatchObject({ state: 'sent', late: true })
  })
})

describe('an operator reads in the log and sees in the metrics', () => {
  const words = 'WeChat had sent a coupon that was settled otherwise here'

  test('that a coupon came although it had been refused', async () => {
    const { row, leased, arrive } = await refusedAndThenSent(2)
    await arrive()
    const couponId = await room.atWeChat(row)
    const { grantId: grant, outRequestNo } = leased
    expect(errors).toMatchObject([{ msg: words, settled: 'late', over: [], grant, outRequestNo, couponId }])
    expect(await counted()).toEqual([{ merchant: room.merchant.slug, outcome: 'late', value: 1 }])
  })

  test('which limit that broke', async () => {
    const { scope, owe, arrive } = await refusedAndThenSent(1)
    await owe('next')
    await arrive()
    expect(errors).toMatchObject([{ msg: words, settled: 'late', over: [scope] }])
    expect(await counted()).toEqual([{ merchant: room.merchant.slug, outcome: 'over_limit', value: 1 }])
  })

  test('that the member was given the place anew, and the coupon is that grant’s', async () => {
    const { row, owe, arrive } = await refusedAndThenSent(2)
    const anew = await owe('early')
    expect(await room.send(anew)).toMatchObject({ state: 'sent' })
    await arrive()
    expect(room.wechat.coupons.size).toBe(1)
    expect(await room.coupon(row)).toMatchObject({ state: 'refused', late: false, coupon_id: null })
    expect(errors).toMatchObject([{ msg: words, settled: 'of_another_row' }])
    expect(await counted()).toEqual([{ merchant: room.merchant.slug, outcome: 'of_another_row', value: 1 }])
  })

  test('nothing of a coupon that two processes heard of as sent', async () => {
    const row = await room.owe()
    const leased = await room.lease(row)
    for (const _process of ['one', 'other'])
      expect(await send(room.services, leased, doors.worker)).toMatchObject({ state: 'sent' })
    expect(room.wechat.calls).toHaveLength(2)
    expect(errors).toEqual([])
    expect(await counted()).toEqual([])
  })
})
