import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import { runCli } from '../../src/cli/run.ts'
import { aStockFile } from '../sandbox/stock-file.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const directory = mkdtempSync(join(tmpdir(), 'paycoupon-stock-'))
let shop: SandboxShop
beforeAll(async () => (shop = await openShop({ wechat: 'sandbox', redis: false })))
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

async function run(...args: string[]) {
  const said = { out: '', err: '' }
  const { databaseUrl, masterKeys } = shop.services.config
  const code = await runCli(
    ['stock', ...args],
    { out: (text) => (said.out += text), err: (text) => (said.err += text) },
    {
      DATABASE_URL: databaseUrl,
      MASTER_KEY: masterKeys.map((key) => key.toString('base64')).join(','),
      COOKIE_KEYS: randomBytes(24).toString('base64url'),
      WECHAT_PAY_URL: shop.sandbox.url,
      WECHAT_PAY_BACKUP_URL: shop.sandbox.backupUrl,
    },
  )
  return { code, ...said }
}

function aFile(content: object, name = 'stock.json'): string {
  const path = join(directory, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}

const parsed = (text: string) => JSON.parse(text) as Record<string, unknown>
const created = () => shop.sandbox.control.countCalls('stock_create')
const kept = async () => (await shop.services.db.selectFrom('made_stocks').selectAll().execute()).length

test('a stock that others are to send is refused, and the sheet to fill in is printed', async () => {
  const path = aFile(aStockFile())
  const { code, out, err } = await run('create', 'demo', path)
  expect(code).toBe(1)
  expect(err).toMatch(/^not made by the call: its senders \(可发券商户 1601400973\).*--by-api\n$/)
  expect(out).toMatch(/填写单 {2}服务商平台 · 营销中心 · 代金券 · 创建全场券/)
  for (const line of [
    '批次名称：满30减10元券',
    '资金方式：预充值',
    '面额：10.00 元',
    '使用门槛：满 30.00 元可用',
    '总预算：10000.00 元',
    '每人限领：3 张',
    '自然人限制：开启',
    '防刷拦截：开启',
    '可发券商户：1601400973（激活前请一次填全',
    '订单优惠标记：MUTEX_STORE（门店收银可用，与通用券互斥）',
  ])
    expect(out).toContain(line)
  const json = await run('create', 'demo', path, '--json')
  expect([json.code, parsed(json.out)]).toMatchObject([1, { sent: false, senders: ['1601400973'] }])
  expect([created(), await kept()]).toEqual([0, 0])
})

test('a dry run checks everything, sends and stores nothing, and shows what would be sent', async () => {
  const path = aFile(aStockFile())
  const { code, out } = await run('create', 'demo', path, '--dry-run')
  expect([code, out]).toEqual([0, expect.stringMatching(/可发券商户 1601400973[\s\S]*"stock_name"[\s\S]*填写单/)])
  const json = await run('create', 'demo', path, '--dry-run', '--by-api', '--json')
  expect([json.code, parsed(json.out)]).toMatchObject([
    0,
    {
      sent: false,
      by_api: true,
      request: { stock_name: '满30减10元券' },
      form: { fields: expect.any(Array) as unknown },
    },
  ])
  const own = await run('create', 'demo', aFile(aStockFile({ belong_merchant: '1601400973' })), '--dry-run')
  expect([own.code, own.out]).toEqual([0, expect.stringMatching(/^would be sent with the keys of 1601400973/)])
  const wrong = await run('create', 'demo', aFile(aStockFile({ no_cash: null })), '--dry-run')
  expect(wrong).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^no_cash: /) as string })
  expect([created(), await kept()]).toEqual([0, 0])
})

test('with --by-api it is made, once; a creator that sends itself needs no flag', async () => {
  const path = aFile(aStockFile())
  const made = await run('create', 'demo', path, '--by-api', '--json')
  expect([made.code, parsed(made.out)]).toMatchObject([0, { creator: '1267388801', new: true }])
  const again = await run('create', 'demo', path)
  expect([again.code, again.out]).toEqual([0, expect.stringContaining('was made before, and nothing was sent')])
  expect(again.out).toContain(String(parsed(made.out).stock_id))
  const own = await run('create', 'demo', aFile(aStockFile({ belong_merchant: '1601400973' })))
  expect([own.code, own.out]).toEqual([0, expect.stringMatching(/^stock \d+: made\n/)])
  expect(created()).toBe(2)
  const activated = await run('activate', 'demo', /\d+/.exec(own.out)![0])
  expect([activated.code, activated.out]).toEqual([0, expect.stringMatching(/运行中 \(running\)\n.*not imported yet/)])
})

test('a stock is paused and restarted, and a forbidden act names its state', async () => {
  const { stock_id } = shop.stock
  expect(await run('pause', 'demo', stock_id)).toEqual({
    code: 0,
    out: `stock ${stock_id}: 暂停发放 (paused)\n`,
    err: '',
  })
  const wrong = await run('activate', 'demo', stock_id)
  expect(wrong).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/暂停发放.*use stock restart/) as string })
  expect(parsed((await run('restart', 'demo', stock_id, '--json')).out)).toEqual({
    stock_id,
    creator: '1267388801',
    status: 'running',
    imported: true,
    warnings: [],
  })
})

test('the callback address is shown, set, and taken from another system only when that is asked for', async () => {
  expect((await run('callback', 'demo')).out).toMatch(
    /^set for 1267388801: none\nours: http:\/\/localhost:3000\/notify/,
  )
  expect(parsed((await run('callback', 'demo', '--set', '--json')).out)).toMatchObject({ is_ours: true })
  shop.world.accounts.find(({ mchid }) => mchid === '1267388801')!.notifyUrl = 'https://crm.example/x'
  expect((await run('callback', 'demo')).out).toContain('https://crm.example/x (of another system)')
  const refused = await run('callback', 'demo', '--set')
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('https://crm.example/x') as string })
  expect((await run('callback', 'demo', '--set', '--replace', '--creator', '1267388801')).out).toContain('(ours)')
  expect((await run('callback', 'demo', '--replace')).code).toBe(2)
})

test('a picture gets its address, and a file that is none is refused', async () => {
  const path = join(directory, 'logo.png')
  writeFileSync(path, Buffer.from('89504e470d0a1a0a00', 'hex'))
  const { code, out } = await run('image', 'demo', path)
  expect([code, out]).toEqual([0, expect.stringMatching(/^http\S+\.png\n$/)])
  expect(parsed((await run('image', 'demo', path, '--json')).out)).toMatchObject({ media_url: out.trim(), new: false })
  expect(await run('image', 'demo', join(directory, 'none.png'))).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^cannot read .*ENOENT/) as string,
  })
  expect((await run('image', 'demo', aFile({}, 'x.png'))).err).toContain('its content is not what its name says')
})

test('each command tells its usage, and wrong usage is 2', async () => {
  for (const name of ['create', 'activate', 'pause', 'restart', 'callback', 'image']) {
    expect(await run(name, '--help')).toMatchObject({ code: 0, out: expect.stringContaining('Usage: ') as string })
    expect(await run(name)).toMatchObject({ code: 2, err: expect.stringMatching(/^error: /) as string })
  }
  expect((await run('activate', 'nobody', '1')).err).toBe('there is no merchant nobody\n')
})
