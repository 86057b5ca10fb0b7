import type { Browser } from 'playwright-core'
import { createOperator } from '../src/operators/create.ts'
import { everywhere } from '../src/operators/rights/scope.ts'
import { beginSession } from '../src/operators/sessions.ts'
import { openDatabase, patientTimeoutMs } from '../src/plumbing/storage/database.ts'
import type { Services } from '../src/services.ts'
import { aBigLedger } from '../test/support/big-ledger.ts'
import { aCampaign, aMerchant, aStock } from '../test/support/builders.ts'
import { password } from '../test/support/operators.ts'
import { type BenchRow, median } from './bench.ts'
import { loadPage, openChromium } from './support/page-load.ts'
import { openStage, type Stage } from './support/stage.ts'

/** Of each list; a person waits for one page at a time. */
const requests = 100
const loads = 7
const listMsAtMost = 200
const pageBytesAtMost = 40_960
const lcpMsAtMost = 1_000
/** Beside the campaign with the many grants. */
const others = 100
const pagesDeep = 1_000

/**
 * The console's lists with so many grants: the 95th percentile of each, first pages and deep ones; and of its pages the
 * bytes of a first visit, and the largest contentful paint on a slow line with a slow processor.
 */
export async function benchConsole(grants: number): Promise<BenchRow[]> {
  await using stage = await openStage()
  await fill(stage, grants)
  const cookie = { name: 'pc_console', value: await sessionOf(stage.services) }
  const app = await stage.startApp()
  const browser = await openChromium()
  try {
    const origin = `http://localhost:${app.port}`
    const headers = { cookie: `${cookie.name}=${cookie.value}` }
    const deep = await deepPage(origin, '/console/m/bench/grants', headers)
    const lists = { ...addresses, [`发放记录, page ${pagesDeep.toLocaleString('en')}`]: deep }
    const rows: BenchRow[] = []
    for (const [what, path] of Object.entries(lists)) rows.push(await listRow(what, origin + path, headers, grants))
    for (const [what, path] of Object.entries(addresses)) {
      for (const width of [1280, 390])
        rows.push(...(await pageRows(browser, `${what}, ${width} px`, origin + path, { width, cookie })))
    }
    return rows
  } finally {
    await browser.close()
    await app.stop()
  }
}

const addresses = {
  商户总览: '/console/merchants',
  微信优惠券: '/console/m/bench/stocks',
  '微信优惠券, by name': '/console/m/bench/stocks?name=券',
  活动管理: '/console/m/bench/campaigns',
  发放记录: '/console/m/bench/grants',
  '发放记录, 待发': '/console/m/bench/grants?tab=owed',
  '发放记录, 拒绝': '/console/m/bench/grants?tab=refused',
  操作日志: '/console/audit',
}

async function fill({ services, merchant, env }: Stage, grants: number): Promise<void> {
  const db = await openDatabase({ url: env.DATABASE_URL, dataDir: '', statementTimeoutMs: patientTimeoutMs })
  const { stock } = await aBigLedger({ ...services, db }, merchant, grants)
  await db.destroy()
  for (let nth = 0; nth < others; nth += 1) {
    await aMerchant(services, { slug: `other-${nth}` })
    await aStock(services, merchant)
    await aCampaign(services, stock, { slug: `other-${nth}` })
  }
}

async function sessionOf(services: Services): Promise<string> {
  const email = 'owner@example.com'
  await createOperator(services, { email, password, offer: { ...everywhere, role: 'owner' } })
  const { id } = await services.db.selectFrom('operators').select('id').executeTakeFirstOrThrow()
  const client = { address: '127.0.0.1', agent: 'bench', device: undefined }
  return beginSession(services.db, { operatorId: id, stage: 'full', now: services.clock.now(), client })
}

async function get(url: string, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(url, { headers, redirect: 'manual' })
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`)
  return answer.text()
}

/** Where 下一页 leads after so many pages. */
async function deepPage(origin: string, list: string, headers: Record<string, string>): Promise<string> {
  let path = list
  for (let page = 1; page < pagesDeep; page += 1) {
    const next = /<a[^>]* rel="next"[^>]* href="([^"]+)"|href="([^"]+)" rel="next"/.exec(
      await get(origin + path, headers),
    )
    if (!next) return path
    path = (next[1] ?? next[2] ?? '').replaceAll('&amp;', '&')
  }
  return path
}

async function listRow(what: string, url: string, headers: Record<string, string>, grants: number): Promise<BenchRow> {
  const times: number[] = []
  for (let nth = 0; nth < requests; nth += 1) {
    const begun = performance.now()
    await get(url, headers)
    times.push(performance.now() - begun)
  }
  const ours = times.toSorted((a, b) => a - b)[Math.ceil(requests * 0.95) - 1]!
  return row(`${what}, p95 at ${grants.toLocaleString('en')} grants`, ours, 'ms', listMsAtMost)
}

async function pageRows(
  browser: Browser,
  what: string,
  url: string,
  visitor: Parameters<typeof loadPage>[2],
): Promise<BenchRow[]> {
  const seen = []
  for (let nth = 0; nth < loads; nth += 1) seen.push(await loadPage(browser, url, visitor))
  return [
    row(`${what}: first visit`, Math.max(...seen.map(({ bytes }) => bytes)), 'bytes', pageBytesAtMost),
    row(`${what}: largest contentful paint`, median(seen.map(({ lcpMs }) => lcpMs)), 'ms', lcpMsAtMost),
  ]
}

function row(what: string, ours: number, unit: string, most: number): BenchRow {
  const reach = `<= ${most.toLocaleString('en')} ${unit}`
  return { line: 11, what: `console: ${what}`, ours, against: [], ratio: ours / most, reach, unit }
}
