import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cancelUnsent } from '../../src/claims/cancel.ts'
import { prove } from '../../src/claims/proof.ts'
import { retryGrants } from '../../src/claims/retry.ts'
import { send, type SendOptions } from '../../src/delivery/sender.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { doors } from '../../src/delivery/doors.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { runOut } from '../support/leases.ts'
import { statementsWait } from '../support/waiting.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { Answer } from './small-wechat.ts'

let room: DeliveryRoom
beforeAll(async () => {
  room = await openDeliveryRoom()
})
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const silent: SendOptions = { timeoutMs: 300, patienceMs: 1_000 }
const limitReached: Answer = { status: 403, code: 'RULE_LIMIT', message: '用户已达最大领券次数' }
const abnormal: Answer = { status: 403, code: 'USER_ACCOUNT_ABNORMAL', message: '用户非法' }
const tooMany: Answer = { status: 429, code: 'FREQUENCY_LIMITED', message: '请求过于频繁' }

const sendNow = async (row: string, options: SendOptions = doors.worker) =>
  send(room.services, await room.lease(row), options)
const slots = () => room.services.db.selectFrom('slots').select(['scope', 'number']).orderBy('scope').execute()
const cancel = async (row: string) => {
  const { grant_id: grantId } = await room.coupon(row)
  const { db, gate } = room.services
  const grant = { merchantId: room.merchant.id, grantId }
  const { freed, left } = await db
    .transaction()
    .execute((trx) => cancelUnsent(trx, grant, 'refunded', room.clock.now()))
  gate.giveBack(room.merchant.id, freed)
  return !left
}
const atWeChat = async (row: string) => room.wechat.coupons.get((await room.coupon(row)).out_request_no)

/** A process leases the coupon, WeChat commits, and the process is gone before it hears of it. */
async function committedAndDied(row: string): Promise<void> {
  const leased = await room.lease(row)
  const { ledger } = room.services
  const gone = () => Promise.reject(new Error('this process is dead'))
  await send(
    { ...room.services, ledger: { ...ledger, settleSent: gone, postpone: gone, release: gone } },
    leased,
    silent,
  )
  expect(await atWeChat(row)).toBeDefined()
}

describe('a lease that ran out unanswered is doubt', () => {
  test('a refund does not cancel what a dead process may have sent, and its places stay', async () => {
    const row = await room.owe()
    await committedAndDied(row)
    const taken = await slots()
    expect(await cancel(row)).toBe(false)
    await room.runOut(row)
    expect(await cancel(row)).toBe(false)
    expect(await slots()).toEqual(taken)

    await openDeliveryLoop(room.services).drain()
    expect(await room.coupon(row)).toMatchObject({ state: 'sent', coupon_id: await atWeChat(row), doubt_since: null })
    expect(room.wechat.coupons.size).toBe(1)
  })

  test('two refusals after it free nothing: the member has the coupon, and it is found at WeChat', async () => {
    const row = await room.owe()
    await committedAndDied(row)
    await room.runOut(row)
    room.wechat.otherwise = limitReached
    await sendNow(row)
    const taken = await slots()
    expect(await sendNow(row)).toMatchObject({ state: 'sent', couponId: await atWeChat(row) })
    expect(await slots()).toEqual(taken)
    expect(await prove(room.services)).toMatchObject({ ok: true })
  })

  test('is found at WeChat also when nobody looked for an hour: its time is that of the attempt', async () => {
    const row = await room.owe()
    const committedAt = new Date()
    await committedAndDied(row)
    room.wechat.list = { created: () => committedAt }
    room.clock.advance(hourMs)
    await room.runOut(row)
    room.wechat.otherwise = abnormal
    await sendNow(row)
    expect(await sendNow(row)).toMatchObject({ state: 'sent', couponId: await atWeChat(row) })
  })

  test('a lease that was given back unused is none', async () => {
    const row = await room.owe()
    const leased = await room.lease(row)
    await room.services.ledger.release(leased, room.clock.now())
    expect(await room.lease(row)).toMatchObject({ doubtSince: null })
  })

  test('a process that takes its own row a second time cannot end the second lease with the first send', async () => {
    const row = await room.owe()
    const first = await room.lease(row)
    await room.runOut(row)
    const second = await room.lease(row)
    expect(second.doubtSince).not.toBeNull()
    const { ledger } = room.services
    const at = room.clock.now()
    await ledger.postpone({ coupon: first, reason: 'timeout', outcome: 'timeout', dueAt: at, doubtful: true, at })
    await ledger.release(first, at)
    expect(await room.coupon(row)).toMatchObject({ lease_token: second.lease.token })
  })

  test('a lease that another process takes anew at that moment stands', async () => {
    const { db, ledger } = room.services
    const coupons = [{ stock_id: room.stock.stock_id, count: 2 }]
    const row = await room.owe('pair', await aCampaign(room.services, room.stock, { coupons }))
    const { id } = await db.selectFrom('coupons').select('id').where('id', '!=', row).executeTakeFirstOrThrow()
    const { lease } = await room.lease(row)
    await room.runOut(row)
    const another = await db.startTransaction().execute()
    await sql`update coupons set leased_until = lease_clock() + interval '10 seconds' where id = ${row}`.execute(
      another,
    )
    const leasing = ledger.leaseOne(id)
    await statementsWait(db)
    await another.commit().execute()
    expect(await leasing).toBeUndefined()
    expect(await room.coupon(row)).toMatchObject({ lease_token: lease.token, doubt_since: null })
  })

  test('what a dead process sent two days ago is looked up before its number goes out again', async () => {
    const row = await room.owe()
    const sentAt = new Date(Date.now() - 2 * dayMs)
    await committedAndDied(row)
    room.wechat.list = { created: () => sentAt }
    room.clock.advance(2 * dayMs)
    await runOut(room.services.db, row, 2 * dayMs)
    room.wechat.otherwise = abnormal
    expect(await sendNow(row)).toMatchObject({ state: 'sent', couponId: await atWeChat(row) })
    expect(room.wechat.calls).toHaveLength(1)
  })

  test.each([
    ['before its turn', 900],
    ['after it', 1_200],
  ])('a slow ledger uses the lease up %s: nothing is sent that another may be sending', async (_, heldForMs) => {
    const row = await room.owe()
    const leased = await room.lease(row)
    const late = { ...leased, lease: { ...leased.lease, heldUntilMs: performance.now() + heldForMs } }
    expect(await send(room.services, late, doors.worker)).toMatchObject({ state: 'owed' })
    expect(room.wechat.calls).toEqual([])
    expect(await room.coupon(row)).toMatchObject({ lease_token: null, attempts: 0, doubt_since: null })
  })
})

describe('an exchange that broke on one host is doubt, whatever the other one says', () => {
  test.each([
    ['429', tooMany, 'rate_limited'],
    ['a refusal', abnormal, 'user_abnormal'],
  ])('the main host breaks off, the backup answers %s', async (_, said, reason) => {
    const row = await room.owe()
    room.wechat.next = ['hang up', said]
    expect(await sendNow(row)).toMatchObject({ state: 'owed', reason })
    expect((await room.coupon(row)).doubt_since).not.toBeNull()
    expect(await cancel(row)).toBe(false)
  })

  test('a success at the other host ends it', async () => {
    const row = await room.owe()
    room.wechat.next = ['hang up', 'commit']
    expect(await sendNow(row)).toMatchObject({ state: 'sent' })
    expect(await room.coupon(row)).toMatchObject({ doubt_since: null })
  })
})

describe('a true "sent" that comes late wins', () => {
  async function refusedAndThenSent(total: number) {
    const stock = await aStock(room.services, room.merchant)
    const campaign = await aCampaign(room.services, stock, { limits: { per_member: 1, total } })
    const row = await room.owe('early', campaign)
    const leased = await room.lease(row)
    // What a release before this one did: the refusal of another process was believed while our send was under way.
    const { db, ledger, gate } = room.services
    await db.updateTable('coupons').set({ lease_token: null, leased_until: null }).where('id', '=', row).execute()
    expect(await cancel(row)).toBe(true)
    const next = () => room.owe('next', campaign)
    return { row, campaign, next, arrive: () => send({ ...room.services, ledger, gate }, leased, doors.worker) }
  }

  test('it is recorded, marked, and takes its places again', async () => {
    const { row, campaign, arrive } = await refusedAndThenSent(2)
    expect(await slots()).toEqual([])
    expect(await arrive()).toMatchObject({ state: 'sent' })
    expect(await room.coupon(row)).toMatchObject({ state: 'sent', late: true, coupon_id: await atWeChat(row) })
    expect(await slots()).toHaveLength(3)
    expect((await slots()).map(({ scope }) => scope)).toContain(`campaign/${campaign.id}/total`)
  })

  test('where another has its place meanwhile it stands above the limit, which is filled from above later', async () => {
    const { row, campaign, next, arrive } = await refusedAndThenSent(1)
    const other = await next()
    await arrive()
    const total = `campaign/${campaign.id}/total`
    expect((await slots()).filter(({ scope }) => scope === total)).toEqual([
      { scope: total, number: 1 },
      { scope: total, number: 2 },
    ])
    expect(await prove(room.services)).toMatchObject({ ok: false })

    expect(await cancel(other)).toBe(true)
    expect((await slots()).filter(({ scope }) => scope === total)).toEqual([{ scope: total, number: 1 }])
    await expect(room.owe('third', campaign)).rejects.toThrow('turned_away')
    expect(await prove(room.services)).toMatchObject({ ok: true })
    expect(await room.coupon(row)).toMatchObject({ state: 'sent', late: true })
  })
})

async function inDoubt(answer: Answer = 'hang up'): Promise<string> {
  const row = await room.owe()
  room.wechat.next = [answer, answer]
  await sendNow(row, silent)
  expect((await room.coupon(row)).doubt_since).not.toBeNull()
  return row
}

test('a young doubt is not over because the list does not show the coupon yet: no refusal is final', async () => {
  const row = await inDoubt()
  room.wechat.otherwise = abnormal
  for (let turn = 0; turn < 3; turn += 1) expect(await sendNow(row)).toMatchObject({ state: 'owed' })
  expect(room.wechat.listed).toBe(2)
  expect((await room.coupon(row)).doubt_since).not.toBeNull()
  expect(await slots()).toHaveLength(2)
})

describe('a doubt that is a day old', () => {
  test('is looked up, and the coupon that was made at the time of our attempt is ours', async () => {
    const begun = room.clock.now()
    const row = await inDoubt('commit and stay silent')
    room.wechat.list = { created: () => begun }
    room.clock.advance(dayMs)
    room.wechat.otherwise = abnormal
    expect(await sendNow(row)).toMatchObject({ state: 'sent', couponId: await atWeChat(row) })
    expect(room.wechat.calls).toHaveLength(1)
  })

  test('a coupon made at another time is not ours: the same number goes out again, and its answer is the truth', async () => {
    const row = await inDoubt()
    const foreign = '770001'
    room.wechat.coupons.set('another number', foreign)
    room.wechat.list = { created: () => new Date(room.clock.now().getTime() - 5 * 60_000) }
    room.clock.advance(dayMs)
    room.wechat.otherwise = abnormal
    expect(await sendNow(row)).toEqual({ state: 'refused', reason: 'user_abnormal' })
    expect(await slots()).toEqual([])
    expect(new Set(room.wechat.calls.map((call) => call.number)).size).toBe(1)
  })

  test('a coupon that is known as another one of ours is not this one', async () => {
    const begun = room.clock.now()
    const other = await room.owe()
    await sendNow(other)
    const row = await inDoubt()
    room.wechat.list = { created: () => begun }
    room.clock.advance(dayMs)
    expect(await sendNow(row)).toMatchObject({ state: 'sent' })
    expect(await atWeChat(row)).not.toBe(await atWeChat(other))
  })

  test('a list that this account may not see sets it aside for an operator, who may send it again', async () => {
    const row = await inDoubt()
    room.wechat.list = { status: 403, code: 'NO_AUTH', message: '商户号无权限' }
    room.clock.advance(dayMs)
    expect(await sendNow(row)).toMatchObject({ state: 'owed', reason: 'look_up_refused' })
    expect(await room.coupon(row)).toMatchObject({ set_aside: true, last_code: 'NO_AUTH', state: 'reserved' })
    room.clock.advance(dayMs)
    const calls = room.wechat.calls.length
    await openDeliveryLoop(room.services).drain()
    expect(room.wechat.calls).toHaveLength(calls)

    room.wechat.list = { created: () => room.clock.now() }
    const { grant_id } = await room.coupon(row)
    expect(await retryGrants(room.services, [grant_id])).toMatchObject([{ status: 'sent' }])
  })

  test('a list that does not answer leaves it in doubt, and nothing is sent', async () => {
    const row = await inDoubt()
    const calls = room.wechat.calls.length
    room.wechat.list = 'hang up'
    room.clock.advance(dayMs)
    expect(await sendNow(row)).toMatchObject({ state: 'owed', reason: 'look_up_unanswered' })
    expect(room.wechat.calls).toHaveLength(calls)
    expect((await room.coupon(row)).doubt_since).not.toBeNull()
  })
})
