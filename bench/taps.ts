import { randomBytes } from 'node:crypto'
import { claim } from '../src/claims/claim.ts'
import type { Campaign } from '../src/plumbing/storage/schema/campaign.ts'
import { type BenchRow, median, printRow } from './bench.ts'
import { drive, type Load, request } from './support/load.ts'
import { openStage, type Stage } from './support/stage.ts'

const connections = 64
const rounds = 5
const warmUpMs = 2_000
const roundMs = 3_000
/**
 * Enough that each taps at most once per second: what a process remembers of one member must not be what is measured.
 */
const members = 10_000

/**
 * Figure #2 of `npm run bench`: taps that bring nothing (by a member who has already claimed; in a campaign that is
 * sold out), including session, form and CSRF token, against a bare Koa handler with one Lua call, in turns; medians.
 */
export async function benchTaps(): Promise<BenchRow[]> {
  await using stage = await openStage()
  const claimed = await stage.campaign({ per_member: 1, total: 1_000_000 })
  const soldOut = await stage.campaign({ per_member: 1, total: 1 })
  const openids = Array.from({ length: members }, () => `o${randomBytes(13).toString('hex')}`)
  for (let next = 0; next < members; next += connections)
    await Promise.all(openids.slice(next, next + connections).map((openid) => claimInAdvance(stage, claimed, openid)))
  await claimInAdvance(stage, soldOut, 'the-only-one')

  const app = await stage.startApp()
  const floor = await stage.startFloor()
  const turns = {
    claimed: (maxMs: number) =>
      drive({
        port: app.port,
        connections,
        maxMs,
        next: inTurn(openids.map((openid) => stage.claimOf(claimed, openid))),
      }),
    soldOut: (maxMs: number) =>
      drive({
        port: app.port,
        connections,
        maxMs,
        next: inTurn(openids.map((openid) => stage.claimOf(soldOut, openid))),
      }),
    floor: (maxMs: number) =>
      drive({ port: floor.port, connections, maxMs, next: inTurn([request('POST', '/tap/one', {})]) }),
  }
  const rates = { claimed: [] as number[], soldOut: [] as number[], floor: [] as number[] }
  for (const turn of Object.values(turns)) await turn(warmUpMs)
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ['claimed', 'soldOut', 'floor'] as const)
      rates[name].push(allAnswered(await turns[name](roundMs)))
  }
  await Promise.all([app.stop(), floor.stop()])
  const bare = median(rates.floor)
  return (['claimed', 'soldOut'] as const).map((name) => ({
    line: 2,
    what: name === 'claimed' ? 'repeated taps of members who already claimed' : 'sold-out taps',
    ours: median(rates[name]),
    against: [{ name: 'floor', value: bare }],
    ratio: median(rates[name]) / bare,
    reach: '>= 0.5 x floor',
    unit: 'taps/s',
  }))
}

async function claimInAdvance({ services, merchant }: Stage, campaign: Campaign, openid: string): Promise<void> {
  const answer = await claim(services, { merchant, campaign, openid, claimKey: 'advance' })
  if (answer.status !== 'sent') throw new Error(`the claim in advance was answered ${answer.status}: ${answer.message}`)
}

function inTurn(requests: Buffer[]): () => Buffer | undefined {
  let turn = 0
  return () => requests[turn++ % requests.length]
}

function allAnswered({ perSecond, statuses }: Load): number {
  const strange = [...statuses.keys()].filter((status) => status !== 200 && status !== 303)
  if (strange.length > 0) throw new Error(`taps were answered ${strange.join(', ')}`)
  return perSecond
}

if (import.meta.url === `file://${process.argv[1]}`) for (const row of await benchTaps()) printRow(row)
