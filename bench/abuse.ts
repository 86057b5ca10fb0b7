import { randomBytes } from 'node:crypto'
import { Pool } from 'undici'
import { budgets, type Hostile } from '../test/security/budgets.ts'
import type { Campaign } from '../src/plumbing/storage/schema/campaign.ts'
import type { BenchRow } from './bench.ts'
import type { Child } from './support/child.ts'
import { p95, steadily, type Steady, together } from './support/steady.ts'
import { openStage, type Stage } from './support/stage.ts'

const hostilePerSecond = 50
/** About a tenth of what two cores can do. */
const claimsPerSecond = 150
/** The time at each address, in turns: what else the machine does meets both. */
const slices = 4
const soloSeconds = 2
const soloPerSecond = 100

/** An address without a route. */
const nowhere = (turn: number): Hostile => ({ method: 'GET', path: `/nowhere/${turn}` })

/**
 * One stranger against the members: each route gets its worst request (test/security/budgets.ts) at a fixed rate while
 * members claim at a fixed rate far below saturation; in turn the same stranger asks an address that does not exist. The
 * members' 95th percentile with the first must be at most 1.5 times that with the second.
 */
export async function benchAbuse(seconds: number, only = ''): Promise<BenchRow[]> {
  await using stage = await openStage({ hardened: true })
  const campaign = await stage.campaign({ per_member: 1, total: 1_000_000 })
  const app = await stage.startApp('metered-app.ts')
  const url = `http://127.0.0.1:${app.port}`
  const members = new Pool(url, { connections: 64 })
  const strangers = new Pool(url, { connections: 64 })
  const target = {
    url,
    merchant: stage.merchant.slug,
    campaign: campaign.slug,
    mchid: stage.mchid,
    // The stage's merchant has no such brand: what is measured is the way to the 404.
    brand: '1000000',
    serial: stage.serial,
  }
  const claim = claimer(stage, campaign, members)

  /** Requests that are made before they are needed: making them is not the server's work. */
  const inStock = (hostile: (turn: number) => Hostile): Hostile[] =>
    Array.from({ length: hostilePerSecond * seconds }, (_, turn) => hostile(turn))
  const attack = (stock: Hostile[], forSeconds: number, perSecond: number) => {
    let turn = 0
    const send = () => sendOne(strangers, stock[turn++ % stock.length]!)
    return steadily({ perSecond, seconds: forSeconds, send })
  }
  const beside = async (stock: Hostile[]) => {
    const slice = { perSecond: claimsPerSecond, seconds: seconds / slices }
    const [claims, attacks] = await Promise.all([
      steadily({ ...slice, send: claim }),
      attack(stock, slice.seconds, hostilePerSecond),
    ])
    return { claims, attacks }
  }
  /** Milliseconds of the event loop for each request, when nobody else asks anything. */
  const loopMs = async (stock: Hostile[]) => {
    const before = await busyMs(app)
    await attack(stock, soloSeconds, soloPerSecond)
    return ((await busyMs(app)) - before) / (soloSeconds * soloPerSecond)
  }

  const nothing = inStock(nowhere)
  await beside(nothing)
  const rows: BenchRow[] = []
  for (const { route, worst } of budgets.filter((one) => one.route.includes(only))) {
    const stock = inStock(await worst(target))
    const runs = { ours: [] as Steady[], beside404: [] as Steady[], attacks: [] as Steady[] }
    for (let slice = 0; slice < slices; slice += 1) {
      runs.beside404.push((await beside(nothing)).claims)
      const { claims, attacks } = await beside(stock)
      runs.ours.push(claims)
      runs.attacks.push(attacks)
    }
    const costs = `${(await loopMs(stock)).toFixed(2)} ms of the event loop each`
    rows.push(
      rowOf(route, together(runs.ours), together(runs.beside404), `${costs}; ${answersOf(together(runs.attacks))}`),
    )
  }
  await Promise.all([members.close(), strangers.close()])
  await app.stop()
  return rows
}

function rowOf(route: string, ours: Steady, beside404: Steady, facts: string): BenchRow {
  for (const [status, count] of ours.statuses)
    if (status !== 303) throw new Error(`${count} claims beside ${route} were answered ${status}`)
  return {
    line: 0,
    what: `a claim's p95 beside ${hostilePerSecond}/s of ${route}`,
    ours: p95(ours),
    against: [{ name: 'beside 404', value: p95(beside404) }],
    ratio: p95(ours) / p95(beside404),
    reach: `<= 1.5 x; ${facts}`,
    unit: 'ms',
  }
}

const answersOf = ({ statuses }: Steady) => [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')

/** Each turn is another member's claim. */
function claimer(stage: Stage, campaign: Campaign, pool: Pool): () => Promise<number> {
  return async () => {
    const { path, headers, body } = stage.claimPartsOf(campaign, `o${randomBytes(13).toString('hex')}`)
    const answer = await pool.request({ method: 'POST', path, headers, body })
    await answer.body.dump()
    return answer.statusCode
  }
}

async function sendOne(pool: Pool, { method, path, headers, body }: Hostile): Promise<number> {
  const answer = await pool.request({ method, path, ...(headers && { headers }), ...(body && { body }) })
  await answer.body.dump()
  return answer.statusCode
}

function busyMs({ process: { pid, stdout } }: Child): Promise<number> {
  return new Promise((resolve) => {
    const read = (chunk: Buffer) => {
      const busy = /busy ([\d.]+)/.exec(chunk.toString())?.[1]
      if (busy === undefined) return
      stdout?.off('data', read)
      resolve(Number(busy))
    }
    stdout?.on('data', read)
    process.kill(pid!, 'SIGUSR2')
  })
}
