import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import { shownDay } from '../../src/plumbing/calendar-day.ts'
import { billFile, flowFile } from '../support/bill-files.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

let shop: SandboxShop
beforeAll(async () => void (shop = await openShop({ wechat: 'sandbox', redis: false })))
afterAll(() => shop[Symbol.asyncDispose]())

const yesterday = () => beijingDay(new Date(Date.now() - 36 * 3_600_000))

async function run(...args: string[]) {
  let [out, err] = ['', '']
  const output = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) }
  const { config } = shop.services
  const code = await runCli(args, output, {
    DATABASE_URL: config.databaseUrl,
    MASTER_KEY: config.masterKeys[0]!.toString('base64'),
    COOKIE_KEYS: config.cookieKeys[0],
    WECHAT_PAY_URL: shop.sandbox.url,
  })
  return { code, out, err }
}

test("an operator gets a day's bill by hand, and the list says what it adds up to", async () => {
  const day = shownDay(yesterday())
  shop.sandbox.control.addOrder({
    openid: shop.member('xiaoming'),
    total: 6000,
    tradeType: 'MICROPAY',
    paidAt: `${day}T03:00:00Z`,
  })
  const { code, out } = await run('bills', 'fetch', shop.merchant.slug, day)
  expect(out).toContain(`${day}  trade_bill  `)
  expect(out).toContain('kept, 1 rows, payments 60, refunds 0')
  expect(code).toBe(0)
  expect((await run('bills', 'list', shop.merchant.slug)).out).toContain('of this merchant 1 rows')
  const data = JSON.parse((await run('bills', 'list', shop.merchant.slug, '--json')).out) as object[]
  expect(JSON.stringify(data)).not.toContain('key_sealed')
})

test('a day that is not over is refused', async () => {
  expect(await run('bills', 'fetch', shop.merchant.slug, shownDay(beijingDay(new Date())))).toMatchObject({ code: 1 })
})

test('a bill downloaded by hand is brought in once, packed or not; half of one is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bills-'))
  const { mchid } = shop.merchant.accounts.find(({ role }) => role === 'sender')!
  const { appid } = shop.merchant.officialAccount
  const file = billFile([{ mchid, appid, openid: shop.member('xiaohong'), transactionId: '42000001' }])
  const path = (name: string, bytes: Buffer) => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const wanted = ['--number', mchid, '--on', '2026-11-23']
  const half = await run('bills', 'import', path('half.csv', file.subarray(0, 500)), ...wanted)
  expect(half).toMatchObject({ code: 1 })
  expect(half.err).toContain('the file is not taken')
  expect(await run('bills', 'import', path('bill.csv.gz', gzipSync(file)), ...wanted)).toMatchObject({ code: 0 })
  const payments = await shop.services.db
    .selectFrom('payments')
    .select('source')
    .where('transaction_id', '=', '42000001')
    .execute()
  expect(payments).toEqual([{ source: 'bill' }])
  expect((await run('bills', 'import', path('bill.csv', file), ...wanted)).err).toContain(
    'was imported by hand already',
  )
})

test('a flow needs its stock', async () => {
  expect(
    await run('bills', 'import', 'x', '--number', '1601400973', '--on', '2026-11-23', '--kind', 'use_flow'),
  ).toMatchObject({ code: 1 })
})

test('a flow downloaded by hand tells of a use that no message reported, once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flows-'))
  const { stock_id } = shop.stock
  const path = join(folder, 'flow.csv')
  writeFileSync(
    path,
    flowFile([{ stockId: stock_id, couponId: '9000000001', transactionId: '42000777', coupon: 1500 }]),
  )
  const wanted = ['--number', '1601400973', '--on', '2026-11-23', '--kind', 'use_flow', '--stock', stock_id]
  const { code, out } = await run('bills', 'import', path, ...wanted)
  expect(out).toContain('kept, 1 rows')
  expect(code).toBe(0)
  const uses = () =>
    shop.services.db
      .selectFrom('redemptions')
      .select(['transaction_id', 'source', 'amount'])
      .where('coupon_id', '=', '9000000001')
      .execute()
  expect(await uses()).toEqual([{ transaction_id: '42000777', source: 'flow', amount: 1500 }])
  expect(await run('bills', 'import', path, ...wanted)).toMatchObject({ code: 1 })
  expect(await uses()).toHaveLength(1)
})
