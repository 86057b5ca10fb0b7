import { randomBytes } from 'node:crypto'
import { type BenchRow, median, printRow } from './bench.ts'
import { drive, request } from './support/load.ts'
import { openStage } from './support/stage.ts'

const connections = 64
const rounds = 5
const warmUpMs = 3_000
const roundMs = 4_000
/** More claims than a round can make. */
const mostClaims = 12_000

/**
 * Figure #1 of `npm run bench`: claims per second of distinct members over 64 connections, with every limit set,
 * against the floor, in turns; medians.
 */
export async function benchClaims(): Promise<BenchRow> {
  await using stage = await openStage()
  const campaign = await stage.campaign({ per_member: 1, per_member_per_day: 1, total: 1_000_000, per_day: 1_000_000 })
  const app = await stage.startApp()
  const floor = await stage.startFloor()
  const openid = () => `o${randomBytes(13).toString('hex')}`
  const ours = (maxMs: number) => {
    // Made before the measurement: signing the cookies of so many members is not the server's work.
    const requests = Array.from({ length: mostClaims }, () => stage.claimOf(campaign, openid()))
    return drive({ port: app.port, connections, maxMs, next: () => requests.pop() })
  }
  const bare = (maxMs: number) =>
    drive({ port: floor.port, connections, maxMs, next: () => request('POST', `/claim/${openid()}`, {}) })
  await ours(warmUpMs)
  await bare(warmUpMs)
  const rates = { ours: [] as number[], floor: [] as number[] }
  for (let round = 0; round < rounds; round += 1) {
    const claims = await ours(roundMs)
    if (claims.statuses.get(303) !== claims.done)
      throw new Error(`claims were answered ${JSON.stringify([...claims.statuses])}`)
    rates.ours.push(claims.perSecond)
    rates.floor.push((await bare(roundMs)).perSecond)
  }
  await Promise.all([app.stop(), floor.stop()])
  const [oursMedian, floorMedian] = [median(rates.ours), median(rates.floor)]
  return {
    line: 1,
    what: 'claims of distinct members, 64 connections',
    ours: oursMedian,
    against: [{ name: 'floor', value: floorMedian }],
    ratio: oursMedian / floorMedian,
    reach: '>= 1.0 x floor',
    unit: 'claims/s',
  }
}

if (import.meta.url === `file://${process.argv[1]}`) printRow(await benchClaims())
