import { randomBytes } from 'node:crypto'
import { Pool } from 'undici'
import { budgets, type Hostile } from '../test/security/budgets.ts'
import type { Campaign } from '../src/plumbing/storage/schema/campaign.ts'
import { type BenchRow, printRow } from './bench.ts'
import type { Child } from './support/child.ts'
import { steadily, type Steady } from './support/steady.ts'
import { openStage, type Stage } from './support/stage.ts'

const hostilePerSecond = 50
/** About a tenth of what two cores can do. */
const claimsPerSecond = 150
const warmUpSeconds = 5

/** An address without a route. */
const nowhere = (turn: number): Hostile => ({ method: 'GET', path: `/nowhere/${turn}` })

/**
 * One stranger against the members: each route gets its worst request (test/security/budgets.ts) at a fixed rate while
 * members claim at a fixed rate far below saturation; in turn the same stranger asks an address that does not exist. The
 * members' 95th percentile with the first must be at most 1.5 times that with the second.
 */
export async function benchAbuse(seconds: number): Promise<BenchRow[]> {
  await using stage = await openStage({ hardened: true })
  const campaign = await stage.campaign({ per_member: 1, total: 1_000_000 })
  const app = await stage.startApp('metered-app.ts')
  const url = `http://127.0.0.1:${app.port}`
  const members = new Pool(url, { connections: 64 })
  const strangers = new Pool(url, { connections: 64 })
  const target = { url, merchant: stage.merchant.slug, campaign: campaign.slug, mchid: stage.mchid }
  const claim = claimer(stage, campaign, members)

  const during = async (hostile: (turn: number) => Hostile, forSeconds = seconds) => {
    const before = await busyMs(app)
    const [claims, attacks] = await Promise.all([
      steadily({ perSecond: claimsPerSecond, seconds: forSeconds, send: claim }),
      steadily({ perSecond: hostilePerSecond, seconds: forSeconds, send: attacker(strangers, hostile) }),
    ])
    return { claims, attacks, busyMs: (await busyMs(app)) - before }
  }
  await during(nowhere, warmUpSeconds)
  const rows: BenchRow[] = []
  for (const { route, worst } of budgets) {
    const with404 = await during(nowhere)
    const attacked = await during(await worst(target))
    const moreMs = (attacked.busyMs - with404.busyMs) / attacked.attacks.done
    rows.push(rowOf(route, attacked.claims, with404.claims, moreMs, attacked.attacks))
    printRow(rows.at(-1)!)
  }
  await Promise.all([members.close(), strangers.close()])
  await app.stop()
  return rows
}

function rowOf(route: string, ours: Steady, beside: Steady, moreMs: number, attacks: Steady): BenchRow {
  for (const [status, count] of ours.statuses)
    if (status !== 303) throw new Error(`${count} claims beside ${route} were answered ${status}`)
  const answered = [...attacks.statuses].map(([status, count]) => `${count} × ${status}`).join(', ')
  return {
    line: 0,
    what: `a claim's p95 beside 50/s of ${route}`,
    ours: ours.p95Ms,
    against: [{ name: 'beside 404', value: beside.p95Ms }],
    ratio: ours.p95Ms / beside.p95Ms,
    reach: `<= 1.5 x; each keeps the event loop busy ${moreMs.toFixed(2)} ms longer than a 404; answered ${answered}`,
    unit: 'ms',
  }
}

/** Each turn is another member's claim. */
function claimer(stage: Stage, campaign: Campaign, pool: Pool): () => Promise<number> {
  return async () => {
    const { path, headers, body } = stage.claimPartsOf(campaign, `o${randomBytes(13).toString('hex')}`)
    const answer = await pool.request({ method: 'POST', path, headers, body })
    await answer.body.dump()
    return answer.statusCode
  }
}

function attacker(pool: Pool, hostile: (turn: number) => Hostile): (turn: number) => Promise<number> {
  return async (turn) => {
    const { method, path, headers, body } = hostile(turn)
    const answer = await pool.request({ method, path, ...(headers && { headers }), ...(body && { body }) })
    await answer.body.dump()
    return answer.statusCode
  }
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
