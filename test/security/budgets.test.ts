import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../src/web/routes.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { until } from '../support/waiting.ts'
import { budgets, type Hostile, type Target } from './budgets.ts'

let shop: SandboxShop
let target: Target

beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox', config: { metricsToken: 'm'.repeat(32) } })
  const campaign = await shop.campaign()
  const { slug, accounts, cards } = shop.merchant
  target = {
    url: shop.site.url,
    merchant: slug,
    campaign: campaign.slug,
    mchid: accounts[0]!.mchid,
    brand: cards.find(({ kind }) => kind === 'brand')!.brandId!,
    serial: shop.world.platform.certificates[0]!.serialNo,
  }
})
beforeAll(async () => {
  // WeChat's certificates are known, as in any process that has asked once.
  await send({ method: 'GET', path: `/m/${target.merchant}/receipt?sub_mch_id=${target.mchid}&out_trade_no=first` })
  await quiet()
})
afterAll(() => shop[Symbol.asyncDispose]())

/** Until WeChat is asked no more: some questions outlive the page that asked. */
async function quiet(): Promise<void> {
  let before = -1
  await until(
    () => {
      const now = shop.sandbox.control.calls().length
      const isSame = now === before
      before = now
      return isSame
    },
    { everyMs: 300 },
  )
}

const send = ({ method, path, headers, body }: Hostile) =>
  fetch(target.url + path, { method, redirect: 'manual', ...(headers && { headers }), ...(body && { body }) })

/** How many rows each table has. */
async function rows(): Promise<Record<string, number>> {
  const { db } = shop.services
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(db)
  const counted = tables.rows.map(async ({ name }) => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(name)}`.execute(db)
    return [name, rows[0]?.n ?? 0] as const
  })
  return Object.fromEntries(await Promise.all(counted))
}

test('every route has a budget for strangers, and no budget is of a route that is gone', () => {
  const routed = routes().stack.flatMap(({ methods, path }) =>
    methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${String(path)}`),
  )
  expect(budgets.map(({ route }) => route).toSorted()).toEqual(routed.toSorted())
})

describe.each(budgets)('$route', ({ calls, worst }) => {
  test(`a hundred strangers cause at most ${calls} calls to WeChat, write nothing and break nothing`, async () => {
    const before = await rows()
    const hostile = await worst(target)
    const asked = shop.sandbox.control.calls().length
    const answers = await Promise.all(Array.from({ length: 100 }, (_, turn) => send(hostile(turn))))
    await quiet()
    for (const { status } of answers) expect([200, 302, 303, 401, 403, 404, 413, 422, 429, 503]).toContain(status)
    expect(shop.sandbox.control.calls().length - asked).toBeLessThanOrEqual(calls)
    expect(await rows()).toEqual(before)
  })
})

test.each(budgets.filter(({ bytes }) => bytes > 0))('$route reads no body of more than $bytes bytes', async (one) => {
  const hostile = (await one.worst(target))(0)
  expect((await send({ ...hostile, body: 'x'.repeat(one.bytes + 1) })).status).toBe(413)
  expect((await send({ ...hostile, body: 'x'.repeat(one.bytes) })).status).not.toBe(413)
})
