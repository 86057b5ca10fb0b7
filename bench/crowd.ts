import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import type { Campaign } from '../src/plumbing/storage/schema/campaign.ts'
import { award } from '../src/grants/award.ts'
import { scopeOf } from '../src/ledger/limits/scopes.ts'
import { beijingDay } from '../src/plumbing/clock.ts'
import type { Gate } from '../src/gate/gate.ts'
import type { Services } from '../src/services.ts'
import type { SizeFigure } from './size.ts'
import type { Stage } from './support/stage.ts'

const claimers = 64
const behind = 1_000
const steadyClaims = 4_000

/**
 * 64 claims at once after Redis was emptied, and after it was set back to its state of 1,000 claims before; and claims
 * per second after that. A claim here is only the grant: the gate and the ledger, without sending.
 */
export async function crowdAtSize(stage: Stage, campaign: Campaign): Promise<SizeFigure[]> {
  const { services, env } = stage
  const redis = new Redis(env.REDIS_URL!)
  await claimAtOnce(stage, services, campaign, claimers)

  await redis.flushall()
  const before = process.memoryUsage().rss
  const emptied = await claimAtOnce(stage, services, campaign, claimers)
  const grown = (process.memoryUsage().rss - before) / 1_048_576

  const keys = [
    scopeOf('total', { campaign: campaign.id }),
    scopeOf('per_day', { campaign: campaign.id, day: beijingDay(services.clock.now()) }),
  ].map((scope) => `gate:{${campaign.merchant_id}}:${scope}`)
  const old = await redis.mget(keys)
  await claimAtOnce(stage, services, campaign, behind)
  for (const [index, key] of keys.entries()) await redis.set(key, old[index]!)
  let refills = 0
  const gate: Gate = { ...services.gate, refill: (...wrong) => ((refills += 1), services.gate.refill(...wrong)) }
  const restored = await claimAtOnce(stage, { ...services, gate }, campaign, claimers)

  const begun = performance.now()
  await claimAtOnce(stage, services, campaign, steadyClaims)
  const perSecond = (steadyClaims * 1_000) / (performance.now() - begun)
  redis.disconnect()
  return [
    { what: `gate emptied, ${claimers} claims at once, the slowest`, ours: emptied, unit: 'ms', most: 1_000 },
    { what: 'memory that these took', ours: grown, unit: 'MB', most: 20 },
    {
      what: `gate ${behind} places behind, ${claimers} claims at once, the slowest`,
      ours: restored,
      unit: 'ms',
      most: 1_000,
    },
    { what: 'conflicts of such a claim', ours: refills / claimers, unit: 'a claim', most: 2 },
    { what: `grants of ${claimers} claimers in turn`, ours: perSecond, unit: 'a second' },
  ]
}

/** Makes `count` claims, 64 at a time; all must be granted. Returns the time of the slowest in milliseconds. */
async function claimAtOnce(
  { merchant }: Stage,
  services: Services,
  campaign: Campaign,
  count: number,
): Promise<number> {
  let left = count
  let slowest = 0
  const claimer = async () => {
    while (left-- > 0) {
      const openid = `o${randomBytes(13).toString('hex')}`
      const begun = performance.now()
      const at = services.clock.now()
      // Due tomorrow, so that no loop sends it: the queue is measured separately.
      const dueAt = new Date(at.getTime() + 86_400_000)
      const { coupons } = campaign
      const awarded = await award(services, { merchant, campaign, openid, triggerKey: openid, coupons, at, dueAt })
      if (awarded.kind !== 'granted') throw new Error(`a claim was ${JSON.stringify(awarded)}`)
      slowest = Math.max(slowest, performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: claimers }, claimer))
  return slowest
}
