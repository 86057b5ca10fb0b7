import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { readConfig } from '../../src/plumbing/config/config.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import type { FaultSpec } from '../../sandbox/faults.ts'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { makeCertificate, setApiV3Key } from '../../sandbox/platform/keys.ts'
import { replaceKeysFor } from '../../src/merchants/by-staff/replace-keys.ts'
import { ofMerchant } from '../../src/operators/rights/scope.ts'
import { movableClock } from '../support/clock.ts'
import { aStaff } from '../support/operators.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import type { Phone, Seen } from '../support/phone.ts'
import { openTestServices } from '../support/services.ts'
import { formOf, type Site, startSite } from '../support/site.ts'
import { listenIn } from './listen-in.ts'
import { addSecretsOf, dumpOf, openMarks } from './marks.ts'

type FaultName = FaultSpec['fault']
type Json = { [name: string]: unknown }
type Change = (file: Json, account: Json, official: Json) => unknown

/** Everything that anybody but its owner could read: log at its loudest, command line, pages and other answers. */
describe('nothing that is printed, shown or kept holds a secret', { timeout: 120_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'paycoupon-secrets-'))
  const overheard = listenIn()
  const { printed } = overheard
  const secrets = openMarks()
  let shop: SandboxShop
  let site: Site
  let campaign: Campaign

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', log: overheard.log })
    site = await startSite(shop.services)
    shop.sandbox.control.settings.appUrl = site.url
    campaign = await shop.campaign({ limits: { per_member: 100 } })
    addSecretsOf(shop, secrets)
  })
  afterAll(async () => {
    overheard[Symbol.dispose]()
    await site[Symbol.asyncDispose]()
    await shop[Symbol.asyncDispose]()
    rmSync(directory, { recursive: true })
  })

  /** What a phone was shown; what it was given to keep (cookies) is a secret from now on. */
  function note(seen: Seen, phone: Phone): Seen {
    printed.push(seen.text, seen.location)
    for (const [, { value }] of phone.cookies) if (value.length > 20) secrets.add('cookie', value)
    return seen
  }

  /** The login through the sandbox's WeChat, as far as it leads. */
  async function logIn(phone: Phone, path: string): Promise<Seen> {
    const asked = note(await phone.get(path), phone)
    const granted = await fetch(asked.location, { redirect: 'manual' })
    const back = granted.headers.get('location') ?? ''
    const code = new URL(back).searchParams.get('code') ?? ''
    expect(code).not.toBe('')
    secrets.add('OAuth code', code)
    note(await phone.get(back), phone)
    return note(await phone.get(path), phone)
  }

  function cli(args: string[], env: Record<string, string> = {}): Promise<number> {
    const { config } = shop.services
    return overheard.cli(args, {
      DATABASE_URL: config.databaseUrl,
      DATA_DIR: directory,
      MASTER_KEY: config.masterKeys[0]?.toString('base64'),
      COOKIE_KEYS: config.cookieKeys[0],
      WECHAT_API_URL: shop.sandbox.url,
      WECHAT_PAY_URL: shop.sandbox.url,
      ...env,
    })
  }

  function fileOf(change: Change): string {
    const file = structuredClone(merchantFile(shop.world)) as Json
    change(file, (file.accounts as Json[])[0] as Json, file.official_account as Json)
    const path = join(directory, 'merchant.json')
    writeFileSync(path, JSON.stringify(file))
    return path
  }

  function expectNoSecretIn(texts: string[]): void {
    expect(secrets.foundIn(texts)).toEqual([])
  }

  test('while members log in, and while their login fails in every way', async () => {
    const phone = site.phone()
    expect((await logIn(phone, '/m/demo/coupons')).status).toBe(200)
    const faults: FaultName[] = ['html_502', 'html_500', 'empty_body', 'null_body', 'not_json', 'reset_before']
    const refusals: FaultName[] = ['code_invalid', 'code_used', 'busy', 'secret_wrong', 'ip_refused', 'timeout_before']
    for (const fault of [...faults, ...refusals]) {
      shop.sandbox.control.setFault({ fault, endpoint: 'oauth_exchange', times: 1 })
      await logIn(site.phone(), '/m/demo/coupons')
    }
    const forged = site.phone()
    note(await forged.get('/oauth/demo/callback?code=somebodys-own-code-12345&state=forged'), forged)
    secrets.add('OAuth code', 'somebodys-own-code-12345')
    expectNoSecretIn(printed)
  })

  test('while claims are sent, refused, and answered with everything that is no answer', async () => {
    const loop = openDeliveryLoop(shop.services)
    const faults: FaultName[] = ['html_502', 'reset_after_commit', 'bad_signature', 'unsigned', 'sign_error', 'no_auth']
    for (const [turn, fault] of [undefined, ...faults].entries()) {
      const phone = site.phoneOf(shop.merchant, shop.member(`claimer-${turn}`))
      const openid = shop.member(`claimer-${turn}`)
      if (fault) shop.sandbox.control.setFault({ fault, endpoint: 'send', openid, times: 1 })
      const page = note(await phone.get(`/m/demo/c/${campaign.slug}`), phone)
      note(await phone.post(`/m/demo/c/${campaign.slug}/claims`, formOf(page.text)), phone)
      note(await phone.post(`/m/demo/c/${campaign.slug}/claims`, { _csrf: 'wrong' }), phone)
      note(await phone.get('/m/demo/coupons'), phone)
    }
    await loop.drain()
    await loop.stop()
    expectNoSecretIn(printed)
  })

  test('while cards are opened with a server token that fails', async () => {
    const faults: FaultName[] = ['token_invalid', 'token_expired', 'secret_wrong', 'html_502', 'ip_refused']
    for (const [turn, fault] of [undefined, ...faults].entries()) {
      const openid = shop.member(`holder-${turn}`)
      const { landingUrl } = shop.sandbox.control.takeCard(openid)
      const { searchParams } = new URL(landingUrl)
      for (const name of ['encrypt_code', 'activate_ticket'])
        if (searchParams.get(name)) secrets.add(name, searchParams.get(name) ?? '')
      if (fault) shop.sandbox.control.setFault({ fault, times: 2 })
      const phone = site.phoneOf(shop.merchant, openid)
      note(await phone.get(landingUrl), phone)
      shop.sandbox.control.clearFaults()
    }
    const { token } = shop.sandbox.control.state.tokens.stable(shop.merchant.officialAccount.appid, false)
    secrets.add('server token', token)
    expectNoSecretIn(printed)
  })

  test('while forged notifications, pushes and events are refused', async () => {
    const phone = site.phone()
    const secretly = JSON.stringify(merchantFile(shop.world))
    for (const path of [
      '/notify/demo/pay/1601400973',
      '/notify/demo/oa?signature=x&timestamp=1&nonce=2',
      '/api/demo/events',
    ]) {
      const response = await fetch(site.url + path, {
        method: 'POST',
        body: secretly,
        headers: { 'content-type': 'application/json' },
      })
      expect(response.status).toBeGreaterThanOrEqual(400)
      printed.push(await response.text(), JSON.stringify([...response.headers]))
    }
    note(await phone.get('/metrics'), phone)
    note(await phone.get('/readyz'), phone)
    expectNoSecretIn(printed)
  })

  test('while an operator brings files that are wrong in every way', async () => {
    const wrongs: Change[] = [
      (_, account) => (account.private_key = String(account.private_key).slice(0, 900)),
      (_, account) => (account.private_key = account.api_v3_key),
      (_, account) => (account.api_v3_key = `${String(account.api_v3_key)}x`),
      (_, account) => (account.api_v2_key = `${String(account.api_v2_key)} `),
      (_, account) => (account.certificate = account.private_key),
      (_, account) => (account.public_key = account.private_key),
      (_, account) => (account.serial_no = account.api_v3_key),
      (file, account) => (file.api_v3_key = account.api_v3_key),
      (file) => (file.events_secret = `${String(file.events_secret)}?`),
      (_, __, official) => (official.app_secret = `${String(official.app_secret)} `),
      (_, __, official) => (official.encoding_aes_key = `${String(official.encoding_aes_key)}=`),
      (_, __, official) => (official.appid = official.app_secret),
    ]
    for (const wrong of wrongs) expect(await cli(['merchant', 'apply', fileOf(wrong)])).toBe(1)
    expectNoSecretIn(printed)
  })

  test('while an operator applies, checks, imports and retries, with WeChat well and not', async () => {
    const path = fileOf(() => undefined)
    expect(await cli(['merchant', 'apply', path])).toBe(0)
    // The claims of before have halted a stock or two, which it finds.
    expect(await cli(['doctor', 'demo', '--json'])).toBe(1)
    for (const fault of ['html_502', 'sign_error', 'secret_wrong'] as FaultName[]) {
      shop.sandbox.control.setFault({ fault })
      expect(await cli(['doctor', 'demo'])).toBe(1)
      await cli(['stock', 'import', 'demo', shop.world.stocks[0]?.stock_id ?? ''])
      shop.sandbox.control.clearFaults()
    }
    expect(await cli(['proof', 'demo', '--json'])).toBe(0)
    expect(await cli(['proof'], { MASTER_KEY: 'short', COOKIE_KEYS: 'short', NODE_ENV: 'production' })).toBe(1)
    expectNoSecretIn(printed)
  })

  test('while keys are replaced at the console and by the command line, rightly and wrongly, with members at it', async () => {
    const { state } = shop.sandbox.control
    const account = shop.world.accounts[0]!
    const { mchid } = account
    const services = Object.assign(shop.services, { clock: movableClock() })
    const owner = await aStaff(services, 'keys@example.com', ofMerchant(shop.merchant.id))
    const loop = openDeliveryLoop(shop.services)
    loop.start()
    const given = (change: object) => ({
      files: [],
      mchid,
      role: undefined,
      api_v3_key: '',
      public_key_id: '',
      confirmed: false,
      ...change,
    })
    const filesOf = (texts: string[]) => texts.map((text) => ({ name: 'x.pem', bytes: Buffer.from(text) }))
    const replace = async (change: object) => {
      const deed = replaceKeysFor(shop.services, await owner.person(), shop.merchant, given(change))
      // What the page would show of a refusal.
      const told = await deed.then(
        (proven) => JSON.stringify(proven),
        (error: unknown) => JSON.stringify([error, (error as Error).message, (error as { fields?: object }).fields]),
      )
      printed.push(told)
      return told
    }
    for (let turn = 0; turn < 2; turn += 1) {
      const phone = site.phoneOf(shop.merchant, shop.member(`renewal-${turn}`))
      const page = note(await phone.get(`/m/demo/c/${campaign.slug}`), phone)
      const { privateKey, certificate } = makeCertificate(state, { mchid })
      const key = secrets.add('APIv3 key', randomBytes(16).toString('hex'))
      const other = secrets.add('another APIv3 key', randomBytes(16).toString('hex'))
      addSecretsOf(shop, secrets)
      expect(await replace({ files: filesOf([privateKey, certificate]), api_v3_key: other })).toContain('api_v3_key')
      expect(await replace({ files: filesOf([privateKey]), api_v3_key: `${key}x` })).not.toContain('certificates"}')
      setApiV3Key(state, { mchid, key })
      expect(await replace({ files: filesOf([privateKey, certificate]), api_v3_key: key })).toContain(mchid)
      note(await phone.post(`/m/demo/c/${campaign.slug}/claims`, formOf(page.text)), phone)
      if (account.certificates.length > 2) account.certificates.shift()
      const { transactionId } = shop.sandbox.control.addOrder({ openid: shop.member('renewal'), total: 100 })
      printed.push(JSON.stringify(await shop.sandbox.control.push({ kind: 'payment', transactionId })))
      setApiV3Key(state, { mchid, key: secrets.add('APIv3 key', randomBytes(16).toString('hex')) })
      expect(await cli(['merchant', 'apply', fileOf(() => undefined)])).toBe(0)
      await cli(['merchant', 'keys', 'demo'])
      await cli(['doctor', 'demo'])
    }
    await loop.stop()
    const grant = await shop.services.db.selectFrom('grants').select('id').executeTakeFirstOrThrow()
    expect(await cli(['grants', 'evidence', grant.id, '--out', directory])).toBe(0)
    const zipped = unzipSync(readFileSync(join(directory, `evidence-${grant.id}.zip`)))
    printed.push(...Object.values(zipped).map((bytes) => strFromU8(bytes)))
    const days = ['--from', '2026-01-01', '--to', '2099-12-31']
    expect(await cli(['grants', 'export', 'demo', ...days, '--openids'])).toBe(0)
    expectNoSecretIn(printed)
  })

  test('while the process has another master key than the one that sealed', async () => {
    const { config } = shop.services
    const masterKeys = readConfig({ DATA_DIR: directory }).masterKeys
    await using stranger = await openTestServices({
      sandbox: shop.sandbox,
      log: overheard.log,
      config: { databaseUrl: config.databaseUrl, redisUrls: config.redisUrls, masterKeys },
    })
    await using dark = await startSite(stranger)
    const phone = dark.phone()
    expect(note(await phone.get('/m/demo/coupons'), phone).status).toBe(500)
    await cli(['doctor', 'demo'], { MASTER_KEY: masterKeys[0]?.toString('base64') ?? '' })
    expectNoSecretIn(printed)
  })

  test('and in the database every secret is sealed', async () => {
    const dump = await dumpOf(shop.services.db)
    expect(dump.length).toBeGreaterThan(20)
    expectNoSecretIn(dump)
  })

  test('all this was said, with the secrets that were looked for', () => {
    expect(printed.join('').length).toBeGreaterThan(50_000)
    expect(secrets.count()).toBeGreaterThan(80)
  })
})
