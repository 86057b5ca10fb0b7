import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { examine } from '../../src/doctor/examine.ts'
import { finding, type Finding } from '../../src/doctor/findings.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { createCertificate, createKeyPair } from '../../sandbox/certificate.ts'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { nobodyListens } from '../support/config.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const dayMs = 86_400_000
/** For what changes nothing about the merchant; the others open a shop of their own. */
let shop: SandboxShop
let next = 0
beforeAll(async () => (shop = await openShop({ wechat: 'sandbox', redis: false })))
afterAll(() => shop[Symbol.asyncDispose]())

type File = { official_account: Record<string, unknown>; accounts: Record<string, unknown>[] }

/** The checks that fail, with their messages. */
function wrong(findings: Finding[]): Record<string, string> {
  for (const { ok, cure } of findings) if (!ok) expect(cure).not.toBe('')
  return Object.fromEntries(findings.filter(({ ok }) => !ok).map(({ check, message }) => [check, message]))
}

async function changed(shop: SandboxShop, change: (file: File) => void): Promise<Merchant> {
  const file = structuredClone(merchantFile(shop.world)) as File
  change(file)
  await applyMerchant(shop.services, file)
  return (await shop.services.catalog.merchant('demo'))!
}

/** WeChat's notices go to the address that members open, not to this test's port. */
function tellUs({ sandbox, services }: SandboxShop): void {
  sandbox.control.settings.appUrl = services.config.publicUrl
}

test('a merchant that is ready passes every check', async () => {
  tellUs(shop)
  const findings = await examine(shop.services, shop.merchant)
  expect(wrong(findings)).toEqual({})
  const checks = new Set(findings.map(({ check }) => check))
  for (const check of [
    'clock',
    'keys',
    'certificate_date',
    'signature',
    'verification_key',
    'appid_bound',
    'app_secret',
    'stock_readable',
    'stock_state',
    'stock_window',
    'stock_kind',
    'stock_tags',
    'stock_left',
    'halts',
  ]) {
    expect(checks.has(check), check).toBe(true)
  }
  expect(findings.filter(({ check }) => check === 'stock_state')).toHaveLength(3)
})

test('a private key of another certificate is found in the store and by WeChat', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  const merchant = await changed(shop, ({ accounts }) => {
    delete accounts[0]!.certificate
    accounts[0]!.private_key = createKeyPair().privateKey
  })
  const found = wrong(await examine(shop.services, merchant))
  expect(found.signature).toContain('401 SIGN_ERROR')
  expect(found.stock_readable).toContain('SIGN_ERROR')
  await shop.services.db
    .updateTable('accounts')
    .set({
      certificate: createCertificate({ commonName: 'x', from: new Date(Date.now() - 10 * 365 * dayMs) }).certificate,
    })
    .where('role', '=', 'sender')
    .execute()
  const stored = wrong(await examine(shop.services, merchant))
  expect(stored.keys).toContain('does not belong to private_key')
  expect(stored.certificate_date).toContain('已于')
})

test('an APIv3 key that is not the one set at WeChat shows at the verification key', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  await shop.services.db.deleteFrom('platform_certificates').execute()
  const merchant = await changed(shop, ({ accounts }) => (accounts[0]!.api_v3_key = randomBytes(16).toString('hex')))
  expect(wrong(await examine(shop.services, merchant)).verification_key).toContain('验签不通过')
})

test.each(['certificate', 'public_key'] as const)(
  'a clock that is ten minutes off is named, although WeChat refuses what it signs (%s)',
  async (keyMode) => {
    await using shop = await openShop({ wechat: 'sandbox', world: { keyMode }, redis: false })
    const clock = { now: () => new Date(Date.now() + 600_000) }
    await using services = await shop.anotherProcess('off', { clock })
    const found = wrong(await examine(services, shop.merchant))
    expect(found.clock).toMatch(/相差 (599|600|601|602) 秒/)
    expect(found.signature).toContain('401')
  },
)

test('WeChat Pay hears nothing unsigned, and no question for certificates under a public key', async () => {
  await using shop = await openShop({ wechat: 'sandbox', world: { keyMode: 'public_key' }, redis: false })
  tellUs(shop)
  const { control } = shop.sandbox
  const before = control.calls().length
  expect(wrong(await examine(shop.services, shop.merchant))).toEqual({})
  const asked = control.calls().slice(before)
  const pay = asked.filter(({ path }) => path.startsWith('/v3/'))
  expect(pay.length).toBeGreaterThan(3)
  // The sandbox knows the merchant number of a call from its Authorization alone.
  expect(pay.filter(({ mchid }) => mchid === undefined)).toEqual([])
  expect(pay.filter(({ path }) => path.startsWith('/v3/certificates'))).toEqual([])
})

test('a wrong AppSecret, an unbound appid and a silent network are told apart', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  const { control } = shop.sandbox
  control.setFault({ fault: 'secret_wrong' })
  shop.world.accounts[0]!.appids = []
  const found = wrong(await examine(shop.services, shop.merchant))
  expect(found.app_secret).toContain('errcode 40125')
  expect(found.appid_bound).toContain('APPID_MCHID_NOT_MATCH')
  control.clearFaults()
  control.setFault({ fault: 'reset_before' })
  const silent = wrong(await examine(shop.services, shop.merchant))
  expect(Object.keys(silent)).toEqual(
    expect.arrayContaining(['signature', 'app_secret', 'appid_bound', 'stock_readable']),
  )
  control.clearFaults()
  control.setFault({ fault: 'html_502' })
  const gateway = wrong(await examine(shop.services, shop.merchant))
  expect(gateway.signature).toContain('HTTP 502')
})

test('nobody at WeChat Pay: the address is named', async () => {
  const { payUrl, payBackupUrl, ...others } = shop.services.config.wechat
  expect(payUrl).not.toBe(payBackupUrl)
  const wechat = { ...others, payUrl: nobodyListens, payBackupUrl: nobodyListens }
  await using services = await shop.anotherProcess('cut off', { config: { wechat } })
  const found = wrong(await examine(services, shop.merchant))
  expect(found.clock).toContain(`${nobodyListens}）：unreachable`)
})

test('a merchant without a sender that has keys is told so', async () => {
  const providers = { ...shop.merchant, accounts: shop.merchant.accounts.filter(({ role }) => role === 'provider') }
  expect(wrong(await examine(shop.services, providers, { stockId: '1' }))).toMatchObject({
    keys: '没有带密钥的发券商户号',
    clock: expect.stringContaining('没有带密钥的发券商户号') as string,
  })
})

test('a certificate that soon ends is a warning, one that is unknown a hint', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  const soon = createCertificate({ commonName: '1601400973', from: new Date(Date.now() - (5 * 365 - 20) * dayMs) })
  await shop.services.db
    .updateTable('accounts')
    .set({ certificate: soon.certificate })
    .where('role', '=', 'sender')
    .execute()
  const findings = await examine(shop.services, shop.merchant)
  expect(findings.find(({ check }) => check === 'certificate_date')).toMatchObject({
    ok: true,
    message: expect.stringContaining('还剩'),
  })
  await shop.services.db.updateTable('accounts').set({ certificate: null }).execute()
  const unknown = await examine(shop.services, shop.merchant)
  expect(unknown.find(({ check }) => check === 'certificate_date')?.cure).toContain('apiclient_cert.pem')
})

test.each<[string, string, Parameters<SandboxShop['sandbox']['control']['changeStock']>[1]]>([
  ['not activated', 'stock_state', { status: 'unactivated' }],
  [
    'over',
    'stock_window',
    { available_begin_time: '2026-01-01T00:00:00+08:00', available_end_time: '2026-01-02T00:00:00+08:00' },
  ],
  [
    'not begun',
    'stock_window',
    { available_begin_time: '2096-01-01T00:00:00+08:00', available_end_time: '2096-01-02T00:00:00+08:00' },
  ],
  ['立减与折扣', 'stock_kind', { stock_type: 'DISCOUNT_CUT' }],
  ['tagged wrongly', 'stock_tags', { goods_tag: ['OTHER'] }],
  ['hiding its tags', 'stock_tags', { hides_goods_tag: true }],
  ['empty', 'stock_left', { max_coupons: 0 }],
])('a stock that is %s fails %s', async (_, check, change) => {
  const stockId = String(9_000_000 + (next += 1))
  const { senders, stock_creator_mchid } = shop.world.stocks[0]!
  shop.sandbox.control.addStock({
    stock_id: stockId,
    senders,
    stock_creator_mchid,
    goods_tag: ['MUTEX_STORE'],
    ...change,
  })
  expect(Object.keys(wrong(await examine(shop.services, shop.merchant, { stockId })))).toContain(check)
})

test('what delivery met stands in the report with its cure', async () => {
  const [sender] = shop.merchant.accounts
  const stock = await shop.services.db.selectFrom('stocks').selectAll().limit(1).executeTakeFirstOrThrow()
  const at = new Date()
  const halt = {
    merchant_id: shop.merchant.id,
    account_id: sender!.id,
    cause: 'unreachable',
    since: at,
    probe_at: at,
    probes: 0,
  }
  const { outcomes } = await import('../../src/ledger/outcomes/outcomes.ts')
  const cause = outcomes.find((row) => row.verdict === 'halt')!.name
  await shop.services.db
    .insertInto('halts')
    .values([
      {
        ...halt,
        cause,
        stock_ref: stock.id,
        code: 'REQUEST_BLOCKED',
        message: '批次不支持跨商户发券',
        request_id: '08A',
      },
      { ...halt, cause, stock_ref: null },
    ])
    .execute()
  const findings = (await examine(shop.services, shop.merchant)).filter(({ check }) => check === 'halts')
  expect(findings).toHaveLength(2)
  expect(findings[0]?.message).toContain(`批次 ${stock.stock_id} 暂停发券`)
  expect(findings[0]?.message).toContain('Request-ID 08A')
  expect(findings[1]?.message).toContain(`商户号 ${sender!.mchid}`)
})

test('a fact that is missing shows as a dash, never as undefined', () => {
  expect(finding('stock_readable', { stock: '1' }).message).toBe('批次 1「—」可以查询')
})
