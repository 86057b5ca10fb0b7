import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { award } from '../../src/grants/award.ts'
import { claim } from '../../src/claims/claim.ts'
import { findGrant } from '../../src/grants/grants.ts'
import type { Wanted } from '../../src/grants/owed-grants.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import { giveUpGrants, type HandLine, replaceGrants } from '../../src/grants/settle-by-hand.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { memberWords } from '../../src/ledger/outcomes/outcomes.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { type DeliveryRoom, openDeliveryRoom } from '../delivery/delivery-room.ts'
import type { SendAnswer, Send } from '../delivery/send-script.ts'
import { aCampaign, aStock } from '../support/builders.ts'

const stopped: SendAnswer = { status: 400, code: 'INVALID_REQUEST', message: '活动已结束或未激活' }

let room: DeliveryRoom
let dead: Stock
let campaign: Campaign
let fresh: Stock
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
/** A campaign of two coupons in all, whose stock was stopped at WeChat for good; and another stock. */
beforeEach(async () => {
  await room.clear()
  dead = await aStock(room.services, room.merchant)
  fresh = await aStock(room.services, room.merchant, { coupon_amount: 500 })
  campaign = await aCampaign(room.services, dead, { limits: { per_member: 1, total: 2 } })
  room.wechat.otherwise = (call: Send) => (call.stockId === dead.stock_id ? stopped : 'commit')
})

const drain = () => openDeliveryLoop(room.services).drain()
const grantOf = async (row: string) => (await room.coupon(row)).grant_id
const show = async (row: string) => (await findGrant(room.services.db, room.merchant.id, await grantOf(row)))!
const acts = () => room.services.db.selectFrom('operator_acts').selectAll().orderBy('id').execute()
const isProven = async () => expect((await prove(room.services)).failures).toEqual([])
async function all(lines: AsyncGenerator<HandLine>): Promise<HandLine[]> {
  const list: HandLine[] = []
  for await (const line of lines) list.push(line)
  return list
}
const giveUp = (wanted: Wanted, reason = '批次已停止') => all(giveUpGrants(room.services, wanted, reason))
const replace = (wanted: Wanted, stock = fresh) =>
  all(replaceGrants(room.services, wanted, { stockId: stock.stock_id, reason: '换批次' }))
const one = async (row: string): Promise<Wanted> => ({ grantIds: [await grantOf(row)] })
const tap = (openid: string) =>
  claim(room.services, { merchant: room.merchant, campaign, openid, claimKey: randomUUID() })

describe('giving up', () => {
  test('refuses what is owed, frees its places for others, and keeps the operator’s reason', async () => {
    const row = await room.owe('a', campaign)
    await room.owe('b', campaign)
    await drain()
    expect(await tap('c')).toMatchObject({ reason: 'sold_out' })
    expect(await giveUp(await one(row))).toMatchObject([{ ok: true, message: '1 coupon given up' }])
    expect(await room.coupon(row)).toMatchObject({ state: 'refused', reason: 'given_up' })
    expect(await acts()).toMatchObject([{ act: 'given_up', reason: '批次已停止', coupon_row: row }])
    expect(await tap('d')).toMatchObject({ status: 'pending' })
    await isProven()
  })

  test('the member’s page says that the merchant stopped it', async () => {
    const row = await room.owe('a', campaign)
    await giveUp(await one(row))
    const { status, coupons } = await show(row)
    expect(status).toBe('refused')
    expect(memberWords(coupons[0]!.reason).message).toBe('商家已停止发放这张优惠券，详情请咨询商家')
  })

  test('a coupon that may have been sent is left alone, also when its doubt was cleared up later', async () => {
    const row = await room.owe('a', campaign)
    room.wechat.next = ['hang up', 'hang up']
    await drain()
    expect((await room.coupon(row)).doubt_since).not.toBeNull()
    const left = [{ ok: false, message: '1 may have been sent or are being sent: left alone' }]
    expect(await giveUp(await one(row))).toMatchObject(left)
    const leased = await room.lease(row)
    await room.services.ledger.endDoubt(leased)
    await room.services.ledger.release(leased, null)
    await room.services.db.deleteFrom('attempts').execute()
    expect((await room.coupon(row)).doubt_since).toBeNull()
    expect(await giveUp(await one(row))).toMatchObject(left)
    expect(await room.coupon(row)).toMatchObject({ state: 'reserved' })
  })

  test('so is one that two answers without a signature refused for different reasons', async () => {
    const row = await room.owe('a', campaign)
    const unsigned = { status: 403, signed: false }
    room.wechat.next = [
      { ...unsigned, code: 'USER_ACCOUNT_ABNORMAL', message: '用户非法' },
      { ...unsigned, code: 'RULE_LIMIT', message: '用户已达最大领券次数' },
    ]
    await drain()
    expect(await room.coupon(row)).toMatchObject({ reason: 'unsigned_refusal', doubt_since: expect.any(Date) as Date })
    expect(await giveUp(await one(row))).toMatchObject([{ ok: false }])
  })

  test('neither is one that is being sent at this moment, nor one that was sent', async () => {
    const row = await room.owe('a', campaign)
    const leased = await room.lease(row)
    expect(await giveUp(await one(row))).toMatchObject([{ ok: false }])
    await room.services.ledger.release(leased, null)
    room.wechat.otherwise = 'commit'
    await drain()
    expect(await giveUp(await one(row))).toMatchObject([
      { ok: false, message: expect.stringMatching('nothing') as string },
    ])
    expect(await room.coupon(row)).toMatchObject({ state: 'sent' })
  })

  test('can be taken back by a retry', async () => {
    const row = await room.owe('a', campaign)
    await giveUp(await one(row))
    room.wechat.otherwise = 'commit'
    expect(await retryGrants(room.services, [await grantOf(row)])).toMatchObject([{ status: 'sent' }])
    await isProven()
  })

  test('of ids that are none says so', async () => {
    expect(await giveUp({ grantIds: ['nonsense', randomUUID()] })).toMatchObject([
      { grantId: 'nonsense', ok: false, message: 'no such grant' },
      { ok: false, message: 'no such grant' },
    ])
  })
})

describe('replacing', () => {
  test('the coupon comes from the other stock at once, under a number of its own place there', async () => {
    const row = await room.owe('a', campaign)
    await drain()
    const before = await room.coupon(row)
    expect(await replace(await one(row))).toMatchObject([
      { ok: true, message: `1 coupon now of stock ${fresh.stock_id}` },
    ])
    await drain()
    const after = await room.coupon(row)
    expect(after).toMatchObject({ state: 'sent', stock_ref: fresh.id, place: 1, attempts: 1 })
    expect(after.out_request_no).not.toBe(before.out_request_no)
    expect(room.wechat.calls.at(-1)).toMatchObject({ stockId: fresh.stock_id, number: after.out_request_no })
    expect(await acts()).toMatchObject([
      { act: 'replaced', reason: '换批次', before: { stock_ref: dead.id, out_request_no: before.out_request_no } },
    ])
    expect((await show(row)).coupons).toMatchObject([{ stockId: fresh.stock_id, amount: 500 }])
    await isProven()
  })

  test('a member who has all of the other stock that its limit allows keeps what is owed', async () => {
    const little = await aStock(room.services, room.merchant, { max_coupons_per_user: 1 })
    await room.owe('a', await aCampaign(room.services, little))
    const row = await room.owe('a', campaign)
    expect(await replace(await one(row), little)).toMatchObject([
      { ok: false, message: expect.stringMatching('all of stock') as string },
    ])
    expect(await room.coupon(row)).toMatchObject({ state: 'reserved', stock_ref: dead.id, place: 1 })
    await isProven()
  })

  test('the place of the old stock is free again, and its number brings no second coupon', async () => {
    const single = await aStock(room.services, room.merchant, { max_coupons_per_user: 1 })
    const own = await aCampaign(room.services, single, { limits: {} })
    const row = await room.owe('a', own)
    await replace(await one(row))
    const again = await room.owe('a', own)
    expect(await room.coupon(again)).toMatchObject({ place: 1, stock_ref: single.id })
    await drain()
    expect(await room.coupon(row)).toMatchObject({ state: 'sent', stock_ref: fresh.id })
    expect(await room.coupon(again)).toMatchObject({ state: 'sent', stock_ref: single.id })
    await isProven()
  })

  test('a coupon in doubt is not moved: it would be a second one under a second number', async () => {
    const row = await room.owe('a', campaign)
    room.wechat.next = ['commit and answer no JSON', 'commit and answer no JSON']
    await drain()
    expect(await replace(await one(row))).toMatchObject([{ ok: false }])
    expect(await room.coupon(row)).toMatchObject({ state: 'reserved', stock_ref: dead.id })
  })

  test('what a campaign holds keeps its time, what was set aside is sent', async () => {
    const { services, merchant, clock } = room
    const dueAt = new Date(clock.now().getTime() + 3_600_000)
    const wanted = {
      merchant,
      campaign,
      triggerKey: `link/${randomUUID()}`,
      coupons: campaign.coupons,
      at: clock.now(),
    }
    const held = await award(services, { ...wanted, openid: 'held', dueAt })
    const aside = await room.owe('a', campaign)
    await services.db
      .updateTable('coupons')
      .set({ set_aside: true, reason: 'needs_operator' })
      .where('id', '=', aside)
      .execute()
    expect((await replace({ campaign })).map(({ ok }) => ok)).toEqual([true, true])
    await drain()
    expect(await room.coupon(held.kind === 'granted' ? held.coupons[0]!.id : '')).toMatchObject({
      state: 'reserved',
      due_at: dueAt,
      stock_ref: fresh.id,
    })
    expect(await room.coupon(aside)).toMatchObject({ state: 'sent' })
  })

  test('to a stock that is not there, has ended or has none left changes nothing', async () => {
    const ended = await aStock(room.services, room.merchant, { status: 'stoped' })
    const empty = await aStock(room.services, room.merchant, { max_coupons: 5, distributed_coupons: 5 })
    const row = await room.owe('a', campaign)
    const missing = { ...fresh, stock_id: '999' }
    for (const [stock, why] of [
      [missing, 'not been imported'],
      [ended, 'has ended'],
      [empty, 'none left'],
    ] as const) {
      expect(await replace(await one(row), stock)).toMatchObject([
        { ok: false, message: expect.stringMatching(why) as string },
      ])
    }
    expect(await room.coupon(row)).toMatchObject({ state: 'reserved', stock_ref: dead.id })
  })
})

test('a whole campaign: only what is owed, grant by grant, and other campaigns are left alone', async () => {
  const other = await room.owe('x', await aCampaign(room.services, dead))
  const rows = [await room.owe('a', campaign), await room.owe('b', campaign)]
  await drain()
  expect(await replace({ campaign })).toHaveLength(2)
  await drain()
  for (const row of rows) expect(await room.coupon(row)).toMatchObject({ state: 'sent', stock_ref: fresh.id })
  expect(await room.coupon(other)).toMatchObject({ state: 'reserved', stock_ref: dead.id })
  expect(await giveUp({ campaign })).toEqual([])
  await isProven()
})

test('an operator who gives up and a worker who sends at the same moment: one of them, never both', async () => {
  room.wechat.otherwise = 'commit'
  const row = await room.owe('a', campaign)
  const [[line]] = await Promise.all([giveUp(await one(row)), drain()])
  const { state } = await room.coupon(row)
  expect(room.wechat.coupons.size).toBe(state === 'sent' ? 1 : 0)
  expect(line!.ok).toBe(state === 'refused')
  await isProven()
})
