import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { claim } from '../../src/claims/claim.ts'
import { runCli } from '../../src/cli/run.ts'
import { readConfig } from '../../src/plumbing/config/config.ts'
import type { Db } from '../../src/plumbing/storage/database.ts'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { createWorld, openidOf } from '../../sandbox/world.ts'
import { createTestDatabase } from '../support/database.ts'
import { openTestServices } from '../support/services.ts'

const directory = mkdtempSync(join(tmpdir(), 'paycoupon-cli-'))
const world = createWorld()
const demo = world.merchants[0]!
const { stockId } = demo.campaigns.link
let sandbox: Sandbox
let database: Awaited<ReturnType<typeof createTestDatabase>>

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, world })
  database = await createTestDatabase()
})
afterAll(async () => {
  await sandbox.close()
  await database.drop()
  rmSync(directory, { recursive: true })
})

type Answer = { code: number; out: string; err: string }

async function run(...args: string[]): Promise<Answer> {
  let out = ''
  let err = ''
  const env = {
    DATABASE_URL: database.url,
    DATA_DIR: directory,
    WECHAT_OPEN_URL: sandbox.url,
    WECHAT_API_URL: sandbox.url,
    WECHAT_PAY_URL: sandbox.url,
  }
  const code = await runCli(args, { out: (text) => (out += text), err: (text) => (err += text) }, env)
  return { code, out, err }
}

function aFile(name: string, content: unknown): string {
  const path = join(directory, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

function aCampaign(overrides: object = {}) {
  const [starts_at, ends_at] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString())
  const coupons = [{ stock_id: stockId, count: 1 }]
  return {
    slug: 'welcome',
    kind: 'link',
    title: '新客礼券',
    starts_at,
    ends_at,
    coupons,
    state: 'published',
    ...overrides,
  }
}

describe('an operator sets a merchant up', () => {
  test('on a database without tables every command says what to run first', async () => {
    expect(await run('proof')).toEqual({
      code: 1,
      out: '',
      err: 'the database is not of this release: run  npm run migrate  first\n',
    })
  })

  test('migrate brings the tables, a second time nothing', async () => {
    expect((await run('migrate')).out).toContain('applied 0001-merchants')
    expect(await run('migrate')).toEqual({ code: 0, out: 'the schema is current\n', err: '' })
    expect(JSON.parse((await run('migrate', '--json')).out)).toEqual({ applied: [], marked: 0, resealed: 0 })
  })

  test('merchant apply creates the merchant and prints no secret', async () => {
    const path = aFile('merchant.json', merchantFile(world))
    const { code, out } = await run('merchant', 'apply', path)
    expect(code).toBe(0)
    expect(out).toMatch(
      /^merchant demo: created\naccount 1601400973: created\naccount 1267388801: created\n(card p\w+: connected\n){3}$/,
    )
    expect(JSON.parse((await run('merchant', 'apply', path, '--json')).out)).toEqual({
      changes: ['merchant demo: nothing changed'],
    })
  })

  test('a campaign before its stock is refused, after it accepted', async () => {
    const path = aFile('campaign.json', aCampaign())
    const early = await run('campaign', 'apply', 'demo', path)
    expect(early).toEqual({
      code: 1,
      out: '',
      err: `coupons[0].stock_id: stock ${stockId} has not been imported: run stock import first\n`,
    })
    const imported = await run('stock', 'import', 'demo', stockId)
    expect(imported.code).toBe(0)
    expect(imported.out).toMatch(new RegExp(`^stock ${stockId}: .*running`))
    expect(
      JSON.parse((await run('stock', 'import', 'demo', stockId, '--creator', '1267388801', '--json')).out),
    ).toMatchObject({ stock_id: stockId })
    expect((await run('campaign', 'apply', 'demo', path)).out).toBe('campaign welcome: created\n')
    const from = new Date(Date.now() + 3_600_000).toISOString()
    const copied = await run('campaign', 'copy', 'demo', 'welcome', 'welcome-2', '--from', from)
    expect(copied).toMatchObject({ code: 0, out: expect.stringContaining('campaign welcome-2: created as a draft') })
    expect(await run('campaign', 'copy', 'demo', 'welcome', 'welcome-2', '--from', from)).toMatchObject({
      code: 1,
      err: 'NEW_SLUG: merchant demo has a campaign welcome-2 already\n',
    })
    expect(await run('campaign', 'copy', 'demo', 'welcome', 'x', '--from', 'tomorrow')).toMatchObject({ code: 2 })
    expect((await run('stock', 'sync', 'demo', stockId)).code).toBe(0)
    expect((await run('stock', 'sync', 'demo', '404')).err).toContain('has not been imported')
    const all = JSON.parse((await run('stock', 'sync', 'demo', '--json')).out) as Record<string, unknown>[]
    expect(all.map(({ stock_id }) => stock_id)).toEqual([stockId])
    expect(all[0]).toMatchObject({ status: 'running', max_coupons: 10_000, distributed_coupons: 0, left: 10_000 })
  })

  test('doctor finds it ready, and says so with its exit code', async () => {
    const { code, out } = await run('doctor', 'demo')
    expect([code, out]).toEqual([0, expect.stringContaining('✓ signature')])
    const findings = JSON.parse((await run('doctor', 'demo', '--json')).out) as object[]
    for (const finding of findings) expect(Object.keys(finding)).toEqual(['check', 'ok', 'message', 'cure'])
    const wrong = await run('doctor', 'demo', '--stock', '404')
    expect([wrong.code, wrong.out]).toEqual([1, expect.stringMatching(/✗ stock_readable .*\n +→ /)])
  })
})

describe('an operator looks after the ledger', () => {
  test('a grant whose coupon was not sent is tried again; the proof holds', async () => {
    const config = {
      databaseUrl: database.url,
      dataDir: directory,
      masterKeys: readConfig({ DATA_DIR: directory }).masterKeys,
    }
    await using services = await openTestServices({ redis: false, sandbox, config })
    const merchant = (await services.catalog.merchant('demo'))!
    const campaign = (await services.catalog.campaign(merchant.id, 'welcome'))!
    sandbox.control.setFault({ fault: 'html_502' })
    const openid = openidOf(demo.officialAccount, 'xiaoming')
    const { grantId, status } = await claim(services, { merchant, campaign, openid, claimKey: 'a' })
    expect(status).toBe('pending')

    const still = await run('grants', 'retry', grantId!)
    expect([still.code, still.out]).toEqual([1, expect.stringContaining(`${grantId}: pending`)])
    sandbox.control.clearFaults()
    const sent = await run('grants', 'retry', grantId!, '--json')
    expect([sent.code, JSON.parse(sent.out)]).toEqual([0, [expect.objectContaining({ grantId, status: 'sent' })]])
    expect((await run('grants', 'retry', 'nonsense')).code).toBe(1)

    const proof = await run('proof', 'demo')
    expect([proof.code, proof.out]).toEqual([0, expect.stringMatching(/1 of 1 .*per member[\s\S]*every limit held\n$/)])
    const compared = await run('proof', 'demo', '--with-wechat', '--sample', 'all', '--stock', stockId)
    expect([compared.code, compared.out]).toEqual([
      0,
      expect.stringContaining('the same at WeChat: 1\nevery limit held\n'),
    ])
    sandbox.control.setFault({ fault: 'no_permission', endpoint: 'coupon_detail' })
    const blind = await run('proof', '--with-wechat')
    expect([blind.code, blind.out]).toEqual([1, expect.stringContaining('nothing could be compared with WeChat')])
    sandbox.control.clearFaults()
    expect((await run('proof', '--stock', stockId)).err).toBe('a stock is named together with its merchant\n')
    await giveTwice(services.db)
    const broken = await run('proof')
    expect([broken.code, broken.out]).toEqual([1, expect.stringContaining('not in order')])
  })

  /** What the ledger itself would never do: a second grant of the same campaign for the same member, beside the slots. */
  async function giveTwice(db: Db): Promise<void> {
    const grant = await db.selectFrom('grants').selectAll().executeTakeFirstOrThrow()
    const coupon = await db.selectFrom('coupons').selectAll().executeTakeFirstOrThrow()
    const [id, couponId] = [randomUUID(), randomUUID()]
    await db
      .insertInto('grants')
      .values({ ...grant, id, trigger_key: 'twice' })
      .execute()
    await db
      .insertInto('coupons')
      .values({
        ...coupon,
        id: couponId,
        grant_id: id,
        coupon_id: '777',
        out_request_no: `twice${couponId.replaceAll('-', '')}`,
      })
      .execute()
  }
})

describe('what cannot be done', () => {
  test('wrong usage is exit code 2 with one sentence, help is 0', async () => {
    for (const args of [
      ['fly'],
      ['merchant', 'apply'],
      ['proof', '--loud'],
      ['proof', '--sample', '0'],
      ['grants', 'retry'],
    ]) {
      const { code, err } = await run(...args)
      expect([args, code]).toEqual([args, 2])
      expect(err).toMatch(/^error: /)
    }
    for (const args of [['--help'], ['merchant', 'apply', '--help'], ['stock', 'import', '-h'], ['doctor', '--help']]) {
      const { code, out } = await run(...args)
      expect([args, code]).toEqual([args, 0])
      expect(out).toContain('Usage: ')
    }
  })

  test('a file that is missing or no JSON is named, and never quoted', async () => {
    expect((await run('merchant', 'apply', join(directory, 'none.json'))).err).toMatch(
      /^cannot read .*none\.json: ENOENT\n$/,
    )
    const broken = await run('merchant', 'apply', aFile('broken.json', '{"private_key": "hunter2" oops'))
    expect(broken).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/broken\.json is not JSON \(at character \d+\)\n$/),
    })
    expect(broken.err).not.toContain('hunter2')
    expect(
      (await run('merchant', 'apply', aFile('wrong.json', '{"slug": "Demo"}'))).err.split('\n').length,
    ).toBeGreaterThan(3)
  })

  test('an unknown merchant, a stock that WeChat does not know, and a database that is away', async () => {
    expect((await run('doctor', 'nobody')).err).toBe('there is no merchant nobody\n')
    expect((await run('proof', 'nobody')).err).toBe('there is no merchant nobody\n')
    expect((await run('stock', 'import', 'demo', '404')).err).toContain('stock 404: it does not exist')
    const away = { out: () => undefined, err: (text: string) => expect(text).toMatch(/ECONNREFUSED/) }
    expect(await runCli(['proof'], away, { DATABASE_URL: 'postgres://127.0.0.1:9/x', DATA_DIR: directory })).toBe(1)
    const faults: string[] = []
    const env = { NODE_ENV: 'production', PORT: 'x' }
    expect(await runCli(['proof'], { out: () => undefined, err: (text) => faults.push(text) }, env)).toBe(1)
    expect(faults.join()).toMatch(/PORT: must be a port number\n[\s\S]*DATABASE_URL: is needed in production/)
  })
})
