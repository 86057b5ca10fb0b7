import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import { classify } from '../../src/delivery/classify.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { refusals } from '../../sandbox/pay/refusals.ts'
import type { FaultName } from '../../sandbox/fault-table.ts'
import { openidOf } from '../../sandbox/world.ts'
import { importStock } from '../../src/stocks/import.ts'
import { aCampaign } from '../support/builders.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { movableClock } from '../support/clock.ts'

/** The whole way against the sandbox, which keeps WeChat's rules instead of answering as told. */
const clock = movableClock()
let wired: SandboxShop
let campaign: Campaign
let stockId: string
beforeAll(async () => {
  wired = await openShop({ wechat: 'sandbox', clock })
  const { services, sandbox, merchant } = wired
  stockId = sandbox.world.stocks[0]!.stock_id
  sandbox.control.changeStock(stockId, { max_coupons_per_user: 60 })
  const creatorMchid = sandbox.world.stocks[0]!.stock_creator_mchid
  campaign = await aCampaign(services, await importStock(services, merchant, { stockId, creatorMchid }), { limits: {} })
})
afterAll(() => wired[Symbol.asyncDispose]())
beforeEach(() => wired.sandbox.control.clearFaults())

const drain = () => openDeliveryLoop(wired.services).drain()
const coupon = (id: string) =>
  wired.services.db.selectFrom('coupons').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

async function owe(openid = someone()): Promise<string> {
  const { services, merchant } = wired
  const triggerKey = `link/${openid}/${randomUUID()}`
  const at = clock.now()
  const awarded = await award(services, { merchant, campaign, openid, triggerKey, coupons: campaign.coupons, at })
  if (awarded.kind !== 'granted') throw new Error(awarded.kind)
  return awarded.coupons[0]!.id
}
const someone = () => openidOf(wired.sandbox.world.merchants[0]!.officialAccount, randomUUID())

/** Drains until the coupon is settled, with time passing in between. */
async function settle(row: string): Promise<Awaited<ReturnType<typeof coupon>>> {
  for (let round = 0; round < 10; round += 1) {
    await drain()
    const now = await coupon(row)
    if (now.state !== 'reserved') return now
    clock.advance(60_000)
  }
  return coupon(row)
}

test('every refusal of the sandbox’s send call has a row of its own', () => {
  const notOfSend =
    /^(coupon_not_found|no_certificates|order_|url_not_found|stock_rules_wrong|merchants_not_allowed|not_sub_merchant|closed_lately|no_statement|statement_|bill_|no_use_|no_refund_|file_token_)/
  const unknown = ['blocked_without_reason', 'unknown_code']
  for (const [name, row] of Object.entries(refusals)) {
    if (notOfSend.test(name)) continue
    const word = classify({ kind: 'refusal', proven: true, ...row }).row.name
    if (unknown.includes(name)) expect(word, name).toBe('needs_operator')
    else expect(word, name).not.toBe('needs_operator')
  }
})

describe('whatever happens on the way, one coupon under one number', () => {
  test.each<FaultName>([
    'timeout_after_commit',
    'reset_after_commit',
    'reset_before',
    'html_500',
    'html_502_after_commit',
    'system_error_after_commit',
    'bad_signature',
    'signtest',
    'unsigned',
    'unknown_serial',
    'clock_skew',
    'tampered_body',
    'wrong_body',
    'rate_limited',
  ])('%s', async (fault) => {
    const { control } = wired.sandbox
    control.setFault({ fault, endpoint: 'send', times: 1 })
    const openid = someone()
    const settled = await settle(await owe(openid))
    expect(settled.state).toBe('sent')
    expect(control.coupons(openid).map((one) => one.couponId)).toEqual([settled.coupon_id])
    expect(control.number(settled.out_request_no)!.seen).toBeGreaterThanOrEqual(1)
  })
})

test('a stock that is paused at WeChat keeps its coupons until it is resumed', async () => {
  const { control } = wired.sandbox
  control.changeStock(stockId, { status: 'paused' })
  const rows = [await owe(), await owe(), await owe()]
  await drain()
  expect((await coupon(rows[0]!)).state).toBe('reserved')
  control.changeStock(stockId, { status: 'running' })
  clock.advance(60_000)
  await drain()
  for (const row of rows) expect((await coupon(row)).state).toBe('sent')
})

test('several coupons of one stock for one member go out one after the other, without a false RULE_LIMIT', async () => {
  const { control } = wired.sandbox
  control.settings.sendMs = 20
  const openid = someone()
  const rows = [await owe(openid), await owe(openid), await owe(openid), await owe(openid)]
  await drain()
  control.settings.sendMs = 0
  for (const row of rows) expect(await coupon(row)).toMatchObject({ state: 'sent', attempts: 1 })
  expect(control.coupons(openid)).toHaveLength(4)
})

test('a member at WeChat’s own limit is refused, after one more asking', async () => {
  const { control } = wired.sandbox
  control.changeStock(stockId, { max_coupons_per_user: 1 })
  const openid = someone()
  const first = await settle(await owe(openid))
  const second = await settle(await owe(openid))
  control.changeStock(stockId, { max_coupons_per_user: 60 })
  expect(first.state).toBe('sent')
  expect(second).toMatchObject({ state: 'refused', reason: 'user_limit_reached', attempts: 2 })
  expect(control.coupons(openid)).toHaveLength(1)
})
