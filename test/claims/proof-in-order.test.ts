import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyCampaign } from '../../src/campaigns/apply.ts'
import type { Campaign } from '../../src/campaigns/campaign.ts'
import { cancelUnsent } from '../../src/claims/cancel.ts'
import { prove } from '../../src/claims/proof.ts'
import { giveUpGrants, replaceGrants } from '../../src/claims/settle-by-hand.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import type { CampaignLimits } from '../../src/schema.ts'
import { type DeliveryRoom, openDeliveryRoom } from '../delivery/delivery-room.ts'
import { aStock } from '../support/builders.ts'

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
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
  return (await room.services.directory.campaign(room.merchant.id, slug)) as Campaign
}

async function cancel(row: string): Promise<void> {
  const grant = { merchantId: room.merchant.id, grantId: await grantOf(row) }
  const { services, clock } = room
  const { freed } = await services.db.transaction().execute((trx) => cancelUnsent(trx, grant, 'refunded', clock.now()))
  services.gate.giveBack(room.merchant.id, freed)
}

test('doubt, refunds, refusals, coupons given up and moved leave a ledger in order', async () => {
  const campaign = await limit('all-kinds', { per_member: 2, per_member_per_day: 2, total: 20, per_day: 20 })
  const fresh = await aStock(room.services, room.merchant)
  const owed = []
  for (const openid of ['sent', 'sent', 'refunded', 'doubtful', 'given-up', 'moved']) {
    owed.push(await room.owe(openid, campaign))
  }
  await cancel(owed[2]!)
  const { grant_id: givenUp } = await room.coupon(owed[4]!)
  for await (const line of giveUpGrants(room.services, { grantIds: [givenUp] }, '不再发放')) expect(line.ok).toBe(true)
  const { grant_id: moved } = await room.coupon(owed[5]!)
  const to = { stockId: fresh.stock_id, reason: '换批次' }
  for await (const line of replaceGrants(room.services, { grantIds: [moved] }, to)) expect(line.ok).toBe(true)
  room.wechat.otherwise = ({ openid }) =>
    openid === 'doubtful' ? 'hang up' : openid === 'sent' ? 'commit' : { status: 403, code: 'USER_ABNORMAL' }
  await drain()
  expect((await room.coupon(owed[3]!)).doubt_since).not.toBeNull()
  const { lines, ...rest } = await proof()
  expect(rest).toEqual({ ok: true, failures: [], notes: [] })
  expect(lines.filter((line) => line.limit.includes('all-kinds')).map(({ used }) => used)).toEqual(
    expect.arrayContaining([2]),
  )
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
  await cancel(rows[0]!)
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
  room.services.directory.forget()
  expect((await proof()).failures).toEqual([expect.stringMatching(/breached total: 3 given, 2 allowed/)])
  await limit('breached', { total: 1 })
  expect((await proof()).failures).toEqual([expect.stringMatching(/breached total: 3 given, 1 allowed/)])
  await cancel(third)
  expect(await proof()).toMatchObject({ ok: true })
})
