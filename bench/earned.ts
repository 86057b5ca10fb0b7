import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDeliveryLoop } from '../src/delivery/loop.ts'
import { award } from '../src/grants/award.ts'
import type { Campaign } from '../src/plumbing/storage/schema/campaign.ts'
import type { Services } from '../src/services.ts'
import { type BenchRow, median, printRow } from './bench.ts'
import { startChild } from './support/child.ts'
import { openStage, type Stage } from './support/stage.ts'

const awards = 200
const mostMs = 50
/** Random, so that awards come at any moment of the poll's interval. */
const pauseMs = () => 20 + Math.random() * 100

/**
 * How long an earned coupon waits: milliseconds from before its award's commit until WeChat's answer arrives, medians.
 * Measured with the worker in the same process and in another one, which hears of it only through Redis; compared with
 * the poll alone.
 */
export async function benchEarned(): Promise<BenchRow[]> {
  await using stage = await openStage()
  const campaign = await stage.campaign({ total: 1_000_000 })
  const { services } = stage

  const loop = openDeliveryLoop(services)
  loop.start()
  const same = await waits(stage, services, campaign)
  await loop.stop()

  const worker = await startChild('../../src/main.ts', { ...stage.env, ROLE: 'worker', OPS_PORT: '0' })
  const other = await waits(stage, services, campaign)
  const silent = { ...services, bells: { ...services.bells, ring: () => undefined } }
  const polled = await waits(stage, silent, campaign)
  await worker.stop()
  return [rowOf('in the process that awarded it', same, polled), rowOf('in another process', other, polled)]
}

async function waits({ merchant }: Stage, services: Services, campaign: Campaign): Promise<number> {
  const grants: string[] = []
  for (let count = 0; count < awards; count += 1) {
    const openid = `o${randomBytes(13).toString('hex')}`
    const wanted = { merchant, campaign, openid, coupons: campaign.coupons, at: new Date() }
    const given = await award(services, { ...wanted, triggerKey: `bench/${openid}` })
    if (given.kind !== 'granted') throw new Error(`an award ended as ${given.kind}`)
    grants.push(given.grantId)
    await sleep(pauseMs())
  }
  await sleep(2_000)
  const coupons = await services.db
    .selectFrom('coupons')
    .select(['created_at', 'settled_at'])
    .where('grant_id', 'in', grants)
    .execute()
  if (coupons.some(({ settled_at }) => settled_at === null)) throw new Error('a coupon was not sent')
  return median(coupons.map(({ created_at, settled_at }) => settled_at!.getTime() - created_at.getTime()))
}

function rowOf(where: string, ours: number, polled: number): BenchRow {
  return {
    line: 12,
    what: `an earned coupon, from its award to WeChat's answer, sent ${where}`,
    ours,
    against: [{ name: 'the poll alone', value: polled }],
    ratio: ours / polled,
    reach: `<= ${mostMs} ms`,
    unit: 'ms',
  }
}

if (import.meta.url === `file://${process.argv[1]}`) for (const row of await benchEarned()) printRow(row)
