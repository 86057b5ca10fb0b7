import { randomBytes } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import type { PlatformActName } from '../../sandbox/platform/platform-acts.ts'
import type { KeyMode } from '../../sandbox/world.ts'
import { runCli } from '../../src/cli/run.ts'
import { openSecrets } from '../../src/plumbing/secrets/vault.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import { readStock } from '../../src/wechat/pay/favor.ts'
import type { Config } from '../../src/plumbing/config/config.ts'
import type { Services } from '../../src/services.ts'
import { dayMs } from '../../src/plumbing/clock.ts'
import { movableClock } from '../support/clock.ts'
import type { Phone } from '../support/phone.ts'
import { openShop } from '../support/shop.ts'
import { formOf, type Site, startSite } from '../support/site.ts'
import { until } from '../support/waiting.ts'
import { openKeyLoad } from './keys-load.ts'

type Entry = Record<string, unknown>

/** A shop of two processes with members at both, what WeChat's platform does, and what the operator then applies. */
async function aShopUnderLoad(keyMode: KeyMode) {
  const clock = movableClock()
  const shop = await openShop({ wechat: 'sandbox', clock, world: { keyMode } })
  onTestFinished(() => shop[Symbol.asyncDispose]())
  const other = await shop.anotherProcess('other', { clock })
  onTestFinished(() => other[Symbol.asyncDispose]())
  const campaign = await shop.campaign({ limits: { per_member: 1 } })
  // The numbers have sent before.
  for (const services of [shop.services, other]) {
    const { stock_id: stockId, creator_mchid: creatorMchid } = shop.stock
    const reply = await readStock(services.pay(shop.merchant.accounts[0]!), { stockId, creatorMchid })
    expect(reply.kind).toBe('ok')
  }
  const load = await openKeyLoad(shop, campaign, [other])
  onTestFinished(() => load[Symbol.asyncDispose]())
  const { control, world } = shop.sandbox
  const account = world.accounts[0]!
  const { mchid } = account
  return {
    shop,
    clock,
    load,
    /** Each process ends and one with these settings takes its place, one after the other, while members go on. */
    async restartWith(config: Partial<Config>, between?: (fresh: Services) => Promise<unknown>) {
      for (const index of [0, 1]) {
        const fresh = await shop.anotherProcess(`fresh ${index}`, { clock, config })
        onTestFinished(() => fresh[Symbol.asyncDispose]())
        await load.replace(index, fresh)
        await between?.(fresh)
        await load.more(2)
      }
    },
    account,
    platform: world.platform,
    wechat: (name: PlatformActName, input: object = {}) => control.act(name, { mchid, ...input } as never) as Entry,
    /** The operator's file as it is at WeChat now, with these changes. */
    async apply(change: Entry = {}) {
      const file = merchantFile(world) as { accounts: Entry[] }
      Object.assign(file.accounts[0]!, change)
      await applyMerchant(shop.services, JSON.parse(JSON.stringify(file)))
    },
    /** WeChat tells of a payment; the statuses that it got. */
    async notice(spec: { withPublicKey?: boolean; retryMs?: number[] } = {}) {
      const { transactionId } = control.addOrder({ openid: shop.member('payer'), total: 100 })
      const { attempts } = await control.push({ kind: 'payment', transactionId, ...spec })
      return attempts.map(({ status }) => status)
    },
  }
}

const byCertificate = { withPublicKey: false }
const byPublicKey = { withPublicKey: true }
const accepted = expect.toSatisfy((status: number) => status >= 200 && status < 300) as number

describe('keys are changed under load, and no send is lost', { timeout: 60_000 }, () => {
  test('platform certificate to public key and back: in both weeks either signature is accepted, and after them one', async () => {
    const { shop, clock, load, apply, wechat, notice, platform } = await aShopUnderLoad('certificate')
    const keys = { public_key_id: platform.publicKeyId, public_key: platform.publicKey }
    await load.more(4)

    // The key is applied for and put in before the switch begins: WeChat still signs with the certificate.
    await apply(keys)
    await load.more(4)
    expect(await notice(byCertificate)).toEqual([accepted])
    wechat('set-key-mode', { mode: 'both' })
    const downloads = shop.sandbox.control.countCalls('certificates')
    await load.more(4)
    expect([await notice(byCertificate), await notice(byPublicKey)]).toEqual([[accepted], [accepted]])
    await using restarted = await shop.anotherProcess('restarted', { clock })
    await load.replace(1, restarted)
    wechat('set-key-mode', { mode: 'public_key' })
    await load.more(4)
    expect(await notice()).toEqual([accepted])
    expect(shop.sandbox.control.countCalls('certificates')).toBe(downloads)

    // Back: WeChat signs with either again, then with the certificate alone.
    wechat('set-key-mode', { mode: 'both' })
    await apply({ public_key_id: undefined, public_key: undefined })
    await load.more(4)
    expect([await notice(byCertificate), await notice(byPublicKey)]).toEqual([[accepted], [accepted]])
    wechat('set-key-mode', { mode: 'certificate' })
    await load.more(4)
    await load.expectNothingLost()

    wechat('set-key-mode', { mode: 'both' })
    clock.advance(6 * dayMs)
    expect(await notice(byPublicKey)).toEqual([accepted])
    clock.advance(2 * dayMs)
    expect([await notice(byCertificate), await notice(byPublicKey)]).toEqual([[accepted], [401]])
  })

  test('a new platform certificate signs beside the old one, which then ends: each is accepted while it is in date', async () => {
    const { load, wechat, notice, platform, clock } = await aShopUnderLoad('certificate')
    await load.more(4)
    wechat('renew-platform-certificate')
    // Longer than the pause between two downloads: WeChat lists a new one half a year before it signs.
    clock.advance(61_000)
    expect(await notice()).toEqual([accepted])
    await load.more(4)
    wechat('void-platform-certificates')
    await load.more(4)
    expect(await notice()).toEqual([accepted])
    await load.expectNothingLost()
    expect(platform.certificates).toHaveLength(1)
  })

  test.each<KeyMode>(['certificate', 'public_key'])(
    'the merchant certificate is renewed in %s mode: old and new sign side by side until the old one is void',
    async (keyMode) => {
      const { load, apply, wechat, account, shop } = await aShopUnderLoad(keyMode)
      const serials: string[] = [account.certificates[0]!.serialNo]
      await load.more(4)
      for (const _ of [1, 2]) {
        const { serialNo } = wechat('make-certificate') as { serialNo: string }
        serials.push(serialNo)
        // Known to WeChat, not yet to us: the old one signs.
        await load.more(2)
        await apply()
        // The platform shows by which certificate calls are still signed: the old one is void once it is none.
        await until(async () => (await load.serials(account.mchid)).every((serial) => serial === serialNo))
        await load.more(6)
        wechat('void-certificate', { serialNo: serials.at(-2) })
        await load.more(4)
      }
      await load.expectNothingLost()
      const used = new Set(shop.sandbox.control.calls({ endpoint: 'send' }).map(({ serialNo }) => serialNo))
      expect([...used].filter(Boolean).toSorted()).toEqual(serials.toSorted())
    },
  )

  test.each<KeyMode>(['certificate', 'public_key'])(
    'the APIv3 key is changed in %s mode, here first or at WeChat first: what either sealed opens for a day',
    async (keyMode) => {
      const { load, apply, wechat, notice, account, shop, clock } = await aShopUnderLoad(keyMode)
      const [first, second, third] = [account.apiV3Key, aKey(), aKey()]
      await load.more(4)

      // Here first: WeChat seals with the old one, the list of certificates too.
      await apply({ api_v3_key: second })
      expect(await notice()).toEqual([accepted])
      await shop.services.db.deleteFrom('platform_certificates').execute()
      await using fresh = await shop.anotherProcess('fresh', { clock })
      await load.replace(1, fresh)
      await load.more(4)
      wechat('set-api-v3-key', { key: second })
      expect(await notice()).toEqual([accepted])

      // At WeChat first: what does not open is repeated until it does.
      wechat('set-api-v3-key', { key: third })
      const [statuses] = await Promise.all([
        notice({ retryMs: [300, 1_500, 1_500, 1_500] }),
        load.more(4).then(() => apply()),
      ])
      expect(statuses[0]).toBe(401)
      expect(statuses.at(-1)).toEqual(accepted)
      await load.more(4)
      await load.expectNothingLost()

      for (const key of [first, second]) {
        account.apiV3Key = key
        expect(await notice()).toEqual([accepted])
      }
      clock.advance(25 * 3_600_000 + 60_000)
      for (const key of [first, second]) {
        account.apiV3Key = key
        expect(await notice()).toEqual([401])
      }
      account.apiV3Key = third
      expect(await notice()).toEqual([accepted])
    },
  )
})

describe(
  "the service's own keys are changed as docs/operator/changing-keys.md says, under load",
  { timeout: 60_000 },
  () => {
    test('MASTER_KEY: old,new, then new,old with migrate, then new; keys that are set meanwhile open in every process', async () => {
      const { shop, load, restartWith, wechat } = await aShopUnderLoad('certificate')
      const { databaseUrl, masterKeys } = shop.services.config
      const [old, fresh] = [masterKeys[0]!, randomBytes(32)]
      /** An operator sets a merchant's keys at this process: it seals with the first key of its own list. */
      const renewAt = async (services: Services) => {
        const { serialNo } = wechat('make-certificate') as { serialNo: string }
        await applyMerchant(services, merchantFile(shop.world))
        const { certificates } = shop.world.accounts[0]!
        if (certificates.length > 2) wechat('void-certificate', { serialNo: certificates[0]!.serialNo })
        return serialNo
      }
      const sealedWith = async (key: Buffer) => {
        const { needsResealing } = openSecrets([key])
        const rows = await shop.services.db.selectFrom('accounts').select('private_key_sealed').execute()
        return rows.flatMap((row) => row.private_key_sealed ?? []).every((sealed) => !needsResealing(sealed))
      }
      await load.more(2)
      await restartWith({ masterKeys: [old, fresh] }, renewAt)
      expect(await sealedWith(old)).toBe(true)
      await restartWith({ masterKeys: [fresh, old] }, renewAt)
      const printed: string[] = []
      const output = { out: (text: string) => void printed.push(text), err: (text: string) => void printed.push(text) }
      const list = [fresh, old].map((key) => key.toString('base64'))
      expect(await runCli(['migrate'], output, { DATABASE_URL: databaseUrl, MASTER_KEY: list.join() })).toBe(0)
      expect(printed.join('')).toMatch(/sealed \d+ secrets with the first MASTER_KEY/)
      expect(await sealedWith(fresh)).toBe(true)
      await restartWith({ masterKeys: [fresh] }, renewAt)
      await load.more(4)
      await load.expectNothingLost()
    })

    test('COOKIE_KEYS: old,new, then new,old, then new; a page that was open before a restart works after it, and nobody logs in again', async () => {
      const { shop, load, restartWith } = await aShopUnderLoad('certificate')
      const campaign = await shop.campaign({ limits: { per_member: 1 } })
      const address = `/m/${shop.merchant.slug}/c/${campaign.slug}`
      const [old] = shop.services.config.cookieKeys
      const fresh = randomBytes(24).toString('base64url')
      /** A member whose page is open; `at` takes the browser to another process. */
      const open = async (phone: Phone) => ({ phone, form: formOf((await phone.get(address)).text) })
      const at = (site: Site, { phone }: { phone: Phone }) => {
        const moved = site.phone()
        for (const [name, cookie] of phone.cookies) moved.cookies.set(name, cookie)
        return moved
      }
      let turn = 0
      let earlier = await open(shop.phoneOf(shop.member('cookies-0')))
      for (const cookieKeys of [
        [old!, fresh],
        [fresh, old!],
      ]) {
        await restartWith({ cookieKeys }, async (services) => {
          await using site = await startSite(services)
          const phone = at(site, earlier)
          const seen = await phone.post(`${address}/claims`, earlier.form, { accept: 'application/json' })
          expect([seen.status, (JSON.parse(seen.text) as { status: string }).status]).toEqual([200, 'sent'])
          turn += 1
          earlier = await open(site.phoneOf(shop.merchant, shop.member(`cookies-${turn}`)))
        })
      }
      await restartWith({ cookieKeys: [fresh] }, async (services) => {
        await using site = await startSite(services)
        expect((await at(site, earlier).get('/m/demo/coupons')).status).toBe(200)
        // Whoever did not come for the 30 days between is sent through WeChat's silent login once.
        const late = await open(shop.phoneOf(shop.member('cookies-late')))
        expect((await at(site, late).get('/m/demo/coupons')).status).toBe(302)
      })
      await load.expectNothingLost()
    })
  },
)

function aKey(): string {
  return randomBytes(24).toString('hex').slice(0, 32)
}
