import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyCampaign } from '../../../src/campaigns/apply.ts'
import type { Campaign } from '../../../src/plumbing/storage/schema/campaign.ts'
import { prove } from '../../../src/doctor/proof/proof.ts'
import { giveUpGrants, type HandLine, replaceGrants } from '../../../src/grants/settle-by-hand.ts'
import { nextBeijingMidnight } from '../../../src/plumbing/clock.ts'
import { openDeliveryLoop } from '../../../src/delivery/loop.ts'
import type { CampaignLimits } from '../../../src/plumbing/storage/schema.ts'
import { type DeliveryRoom, openDeliveryRoom } from '../../delivery/delivery-room.ts'
import { aStock } from '../../support/builders.ts'

let room: DeliveryRoom
beforeAll(async () => {
  room = await openDeliveryRoom()
  // It is the first hour of a day in Beijing: no midnight falls between the steps.
  room.clock.advance(nextBeijingMidnight(room.clock.now()).getTime() - room.clock.now().getTime())
})
afterAll(() => room[Symbol.asyncDispose]())

const drain = () => openDeliveryLoop(room.services).drain()
const proof = () => prove(room.services, room.merchant.slug)
const grantOf = async (row: string) => (await room.coupon(row)).grant_id

async function limit(slug: string, limits: CampaignLimits): Promise<Campaign> {
  const day = (days: number) => new Date(room.clock.now().getTime() + days * 86_400_000).toISOString().slice(0, 10)
  await applyCampaign(room.services, room.merchant, {
    slug,
    kind: 'link',
    title: '周末礼券',
    starts_at: `${day(-1)}T00:00:00Z`,
    ends_at: `${day(2)}T00:00:00Z`,
    coupons: [{ stock_id: room.stock.stock_id, count: 1 }],
    limits,
    state: 'published',
  })
  return (await room.services.catalog.campaign(room.merchant.id, slug)) as Campaign
}

async function linesOf(lines: AsyncGenerator<HandLine>): Promise<boolean[]> {
  const done: boolean[] = []
  for await (const { ok } of lines) done.push(ok)
  return done
}

test('doubt, refunds, refusals, coupons given up and moved leave a ledger in order', async () => {
  const campaign = await limit('all-kinds', { per_member: 2, per_member_per_day: 2, total: 20, per_day: 20 })
  const fresh = await aStock(room.services, room.merchant)
  const owe = (openid: string) => room.owe(openid, campaign)
  const sent = [await owe('sent'), await owe('sent')]
  const [doubtful, refused] = [await owe('doubtful'), await owe('refused')]
  const [refunded, givenUp, moved] = [await owe('refunded'), await owe('given-up'), await owe('moved')]
  await room.takeBack(refunded)
  const grantsOf = async (row: string) => ({ grantIds: [await grantOf(row)] })
  expect(await linesOf(giveUpGrants(room.services, await grantsOf(givenUp), '不再发放'))).toEqual([true])
  const to = { stockId: fresh.stock_id, reason: '换批次' }
  expect(await linesOf(replaceGrants(room.services, await grantsOf(moved), to))).toEqual([true])
  room.wechat.otherwise = ({ openid }) =>
    openid === 'doubtful'
      ? 'hang up'
      : openid === 'refused'
        ? { status: 403, code: 'USER_ACCOUNT_ABNORMAL', message: '用户非法' }
        : 'commit'
  await drain()

  for (const row of sent) expect(await room.coupon(row)).toMatchObject({ state: 'sent', stock_ref: room.stock.id })
  expect(await room.coupon(doubtful)).toMatchObject({ state: 'reserved', doubt_since: expect.any(Date) as Date })
  expect(await room.coupon(refused)).toMatchObject({ state: 'refused', reason: 'user_abnormal' })
  expect(await room.coupon(refunded)).toMatchObject({ state: 'refused', reason: 'refunded' })
  expect(await room.coupon(givenUp)).toMatchObject({ state: 'refused', reason: 'given_up' })
  expect(await room.coupon(moved)).toMatchObject({ state: 'sent', stock_ref: fresh.id })
  const { lines, ...rest } = await proof()
  expect(rest).toEqual({ ok: true, failures: [], notes: [] })
  const name = `${room.merchant.slug}/all-kinds`
  expect(lines.filter((line) => line.limit.startsWith(name))).toEqual([
    { limit: `${name} per member`, used: 2, allowed: 2, ok: true },
    { limit: `${name} per member and day`, used: 2, allowed: 2, ok: true },
    { limit: `${name} total`, used: 4, allowed: 20, ok: true },
    { limit: `${name} per day`, used: 4, allowed: 20, ok: true },
  ])
})

test('a limit that was lowered below its use is listed with its reason and breaks nothing', async () => {
  const campaign = await limit('lowered', { total: 9, per_member: 9 })
  const rows = []
  for (const openid of ['a', 'a', 'b']) rows.push(await room.owe(openid, campaign))
  await limit('lowered', { total: 1, per_member: 1 })
  const total = `campaign/${campaign.id}/total`
  const name = `${room.merchant.slug}/lowered`
  expect(await proof()).toMatchObject({
    ok: true,
    failures: [],
    notes: expect.arrayContaining([
      `${name} total: 1 hold more than the 1 that are allowed now, all given before it was lowered`,
      `${name} per member: 1 hold more than the 1 that are allowed now, all given before it was lowered`,
      `${total} holds 3 of 1: 3 had been given when the limit was lowered`,
    ]) as string[],
  })
  await room.takeBack(rows[0]!)
  expect((await proof()).notes).toContain(`${total} holds 2 of 1: 3 had been given when the limit was lowered`)
})

test('what was given above a limit before it was lowered stays a breach after it', async () => {
  const campaign = await limit('breached', { total: 2 })
  await room.owe('x', campaign)
  await room.owe('y', campaign)
  const third = await room.owe('z', await limit('breached', {}))
  // As a fault of ours would leave it: the limit is there again, and a third grant above it.
  await limit('breached', { total: 3 })
  await sql`update campaigns set limits = jsonb_set(limits, '{total}', '2') where id = ${campaign.id}`.execute(
    room.services.db,
  )
  room.services.catalog.forget()
  expect((await proof()).failures).toEqual([expect.stringMatching(/breached total: 3 given, 2 allowed/)])
  await limit('breached', { total: 1 })
  expect((await proof()).failures).toEqual([expect.stringMatching(/breached total: 3 given, 1 allowed/)])
  await room.takeBack(third)
  expect(await proof()).toMatchObject({ ok: true })
})
