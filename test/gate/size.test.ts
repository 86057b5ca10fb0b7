import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import type { Gate } from '../../src/gate/gate.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { scopeOf } from '../../src/ledger/limits/scopes.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import { aBigLedger } from '../support/big-ledger.ts'
import { aMerchant } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

/** Two processes on one ledger that holds a campaign of this size; the benchmark `size` has a million and more. */
const grants = 100_000
const claimers = 64
const behind = 1_000

let processes: (Services & AsyncDisposable)[]
let services: Services
let redis: Redis
let merchant: Merchant
let campaign: Campaign
let serial = 0

beforeAll(async () => {
  const first = await openTestServices({ processName: 'first' })
  const { databaseUrl, redisUrls, masterKeys } = first.config
  const second = await openTestServices({ processName: 'second', config: { databaseUrl, redisUrls, masterKeys } })
  processes = [first, second]
  services = first
  redis = new Redis(redisUrls[0]!)
  merchant = await aMerchant(first)
  campaign = (await aBigLedger(first, merchant, grants)).campaign
}, 120_000)
afterAll(async () => {
  redis.disconnect()
  for (const one of processes.toReversed()) await one[Symbol.asyncDispose]()
})

/** So many members claim at once, by turns in each process. Returns what the gate was wrong about, over all claims. */
async function claimAtOnce(count: number): Promise<{ kinds: string[]; conflicts: number }> {
  let conflicts = 0
  const watched = processes.map((one): Services => {
    const gate: Gate = { ...one.gate, refill: (...wrong) => ((conflicts += 1), one.gate.refill(...wrong)) }
    return { ...one, gate }
  })
  const claims = Array.from({ length: count }, async (_, turn) => {
    const openid = `late-${(serial += 1)}`
    const { coupons } = campaign
    const at = services.clock.now()
    const process = watched[turn % watched.length]!
    return (await award(process, { merchant, campaign, openid, triggerKey: openid, coupons, at })).kind
  })
  return { kinds: [...new Set(await Promise.all(claims))], conflicts }
}

/** Places of the campaign's total that are held: every number from 1 once, or it says which are not. */
async function heldOfTotal() {
  const rows = await services.db
    .selectFrom('slots')
    .select('number')
    .where('merchant_id', '=', merchant.id)
    .where('scope', '=', scopeOf('total', { campaign: campaign.id }))
    .orderBy('number')
    .execute()
  return { held: rows.length, highest: rows.at(-1)!.number }
}

test('Redis is emptied, 64 members claim at once over two processes: all are granted, on the next places', async () => {
  await redis.flushdb()
  expect(await claimAtOnce(claimers)).toEqual({ kinds: ['granted'], conflicts: 0 })
  expect(await heldOfTotal()).toEqual({ held: grants + claimers, highest: grants + claimers })
})

test('Redis comes back 1,000 places behind: all are granted after a conflict or two each', async () => {
  const keys = [
    scopeOf('total', { campaign: campaign.id }),
    scopeOf('per_day', { campaign: campaign.id, day: beijingDay(services.clock.now()) }),
  ].map((scope) => `gate:{${merchant.id}}:${scope}`)
  const old = await redis.mget(keys)
  const { held } = await heldOfTotal()
  for (let done = 0; done < behind; done += claimers) await claimAtOnce(Math.min(claimers, behind - done))
  for (const [index, key] of keys.entries()) await redis.set(key, old[index]!)
  const { kinds, conflicts } = await claimAtOnce(claimers)
  expect(kinds).toEqual(['granted'])
  expect(conflicts).toBeGreaterThan(0)
  expect(conflicts).toBeLessThanOrEqual(2 * claimers)
  expect((await heldOfTotal()).held).toBe(held + behind + claimers)
})

test('the ledger proves that nobody got more than the limits allow, and that every place is somebody’s', async () => {
  const { lines, failures } = await prove(services, merchant.slug)
  expect(failures).toEqual([])
  const given = grants + 2 * claimers + behind
  expect(lines.find(({ limit }) => limit.endsWith('total'))).toMatchObject({ used: given, ok: true })
  expect(lines.find(({ limit }) => limit.endsWith('per member'))).toMatchObject({ used: 1, allowed: 1 })
})
