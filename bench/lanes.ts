import { sql } from 'kysely'
import { raiseHalt, liftHalt } from '../src/delivery/halts.ts'
import { openDeliveryLoop } from '../src/delivery/loop.ts'
import { outcomeNamed } from '../src/ledger/outcomes/outcomes.ts'
import { aMerchant, aStock, senderOf } from '../test/support/builders.ts'
import { manyOwed } from '../test/support/many-owed.ts'
import { type BenchRow, median, printRow } from './bench.ts'
import { openStage, type Stage } from './support/stage.ts'

const halted = 300_000
const batch = 50_000
const looks = 25
const strangers = 6_000
const strangersPerSecond = 450

/**
 * Figures #9 to #11 of `npm run bench`: a look for due coupons beside 300,000 coupons of a halted lane, compared with
 * one without them; lifting that halt; and how long one coupon waits behind 6,000 of another merchant.
 */
export async function benchLanes(): Promise<BenchRow[]> {
  await using stage = await openStage()
  const alone = await lookUs(stage)
  const haltId = await haltMany(stage)
  const beside = await lookUs(stage)
  const begun = performance.now()
  await liftHalt(stage.services, haltId, 'bench')
  const liftMs = performance.now() - begun
  await stage.services.db.deleteFrom('coupons').execute()
  const waitMs = await strangersWaitMs(stage)
  const goalMs = 2_000
  return [
    row(
      9,
      `one look for due coupons beside ${halted} halted`,
      beside,
      'µs',
      [{ name: 'without them', value: alone }],
      '≤ 3',
    ),
    row(10, `lifting a halt of ${halted} coupons`, liftMs, 'ms', [{ name: 'bound', value: 100 }], '≤ 1'),
    row(
      11,
      `one coupon behind ${strangers} of another merchant`,
      waitMs,
      'ms',
      [{ name: 'bound', value: goalMs }],
      '≤ 1',
    ),
  ]
}

function row(
  line: number,
  what: string,
  ours: number,
  unit: string,
  against: BenchRow['against'],
  reach: string,
): BenchRow {
  return { line, what, ours, unit, against, ratio: ours / against[0]!.value, reach }
}

async function haltMany({ services, merchant }: Stage): Promise<number> {
  const stock = await aStock(services, merchant)
  for (let count = 0; count < halted; count += batch) await manyOwed(services, merchant, stock, { count: batch })
  // Autovacuum would have done this before a halt has so many coupons.
  await sql`vacuum analyze coupons`.execute(services.db)
  await sql`checkpoint`.execute(services.db)
  const lane = { merchantId: merchant.id, accountId: senderOf(merchant).id, stockRef: stock.id }
  await raiseHalt(services, lane, { row: outcomeNamed('stock_not_found'), evidence: {} })
  const { id } = await services.db
    .selectFrom('halts')
    .select('id')
    .where('lifted_at', 'is', null)
    .executeTakeFirstOrThrow()
  return id
}

/** The time of a look that finds 64 coupons of another stock; microseconds. */
async function lookUs({ services, merchant }: Stage): Promise<number> {
  const times: number[] = []
  for (let look = 0; look < looks; look += 1) {
    await manyOwed(services, merchant, await aStock(services, merchant), { count: 64 })
    const begun = performance.now()
    const leased = await services.ledger.leaseDue(256)
    times.push((performance.now() - begun) * 1_000)
    const ids = leased.map((coupon) => coupon.id)
    await services.db.deleteFrom('coupons').where('id', 'in', ids).execute()
  }
  return median(times)
}

async function strangersWaitMs({ services, merchant }: Stage): Promise<number> {
  const other = await aMerchant(services, { sendsPerSecond: strangersPerSecond })
  const { public_key, public_key_id } = await services.db
    .selectFrom('accounts')
    .select(['public_key', 'public_key_id'])
    .where('id', '=', senderOf(merchant).id)
    .executeTakeFirstOrThrow()
  await services.db
    .updateTable('accounts')
    .set({ public_key, public_key_id })
    .where('id', '=', senderOf(other).id)
    .execute()
  services.catalog.forget()
  await manyOwed(services, other, await aStock(services, other), { count: strangers })
  const loop = openDeliveryLoop(services)
  loop.start()
  await untilSent(services, other.id)
  const begun = performance.now()
  await manyOwed(services, merchant, await aStock(services, merchant), { count: 1, dueAgoMs: 0 })
  await untilSent(services, merchant.id)
  const waitMs = performance.now() - begun
  await loop.stop()
  return waitMs
}

/** Waits until a first coupon of the merchant is sent, at most half a minute. */
async function untilSent({ db }: Stage['services'], merchantId: number): Promise<void> {
  const deadline = performance.now() + 30_000
  while (performance.now() < deadline) {
    const found = await db
      .selectFrom('coupons')
      .select('id')
      .where('merchant_id', '=', merchantId)
      .where('state', '=', 'sent')
      .limit(1)
      .executeTakeFirst()
    if (found) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('no coupon was sent')
}

if (import.meta.url === `file://${process.argv[1]}`) for (const row of await benchLanes()) printRow(row)
