import { load } from 'cheerio'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { examine } from '../../../src/doctor/examine.ts'
import { ofMerchant } from '../../../src/operators/rights/scope.ts'
import { jobs } from '../../../src/worker.ts'
import { movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser, upload } from '../../support/console.ts'
import { cardOpened, signedHeaders } from '../../support/events.ts'
import { runNow } from '../../support/jobs.ts'
import type { Seen } from '../../support/phone.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

const at = '/console/m/demo/settings'
const clock = movableClock()
let shop: SandboxShop
let head: ConsoleBrowser
let owner: ConsoleBrowser
beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  const services = Object.assign(shop.services, { clock })
  head = await consoleBrowser(services, shop.site, 'head@example.com')
  owner = await consoleBrowser(services, shop.site, 'owner@example.com', ofMerchant(shop.merchant.id))
}, 60_000)
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(() => shop.sandbox.control.clearFaults())

const wordsOf = (seen: Seen) => load(seen.text)('main').text().replace(/\s+/g, ' ')
const faultsOf = (seen: Seen) =>
  load(seen.text)('[role=alert] li a')
    .toArray()
    .map((one) => load(seen.text)(one).attr('href'))
const row = () =>
  shop.services.db.selectFrom('merchants').selectAll().where('slug', '=', 'demo').executeTakeFirstOrThrow()
const audited = () =>
  shop.services.db.selectFrom('audit_entries').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()

describe('a new merchant', () => {
  const page = '/console/merchants/new'
  const right = {
    name: '阳光咖啡',
    slug: 'sunny-coffee',
    appid: 'wx1234567890abcdef',
    app_secret: 'fedcba0987654321fedcba0987654321',
    provider: '1267388801',
  }

  test.each([
    ['name', ''],
    ['slug', 'Sunny Coffee'],
    ['slug', 'demo'],
    ['appid', 'gh_123'],
    ['app_secret', 'short'],
    ['provider', 'abc'],
  ])('with a wrong %s (%s) is not made, and the field is named', async (field, value) => {
    const seen = await head.submit(page, page, { ...right, [field]: value })
    expect([seen.status, faultsOf(seen)]).toEqual([422, [`#f-${field}`]])
    expect(seen.text).not.toContain(right.app_secret)
  })

  test('is made by the head office alone', async () => {
    expect((await owner.phone.get(page)).status).toBe(403)
    expect((await owner.phone.get('/console/merchants')).text).not.toContain(page)
    expect((await head.phone.get('/console/merchants')).text).toContain(page)
  })

  test('has its keys to come next, and until then every page says so in words', async () => {
    const seen = await head.submit(page, page, right)
    expect([seen.status, seen.location]).toEqual([303, '/console/m/sunny-coffee/settings/keys/new'])
    const { app_secret: _, ...shown } = right
    const fields = (await audited()).changes.map(([field, , after]) => [field, after])
    expect(Object.fromEntries(fields)).toEqual(shown)

    const of = '/console/m/sunny-coffee'
    for (const path of ['guide', 'stocks', 'stocks/import', 'settings', 'settings/keys', 'settings/keys/new'])
      expect([path, (await head.phone.get(`${of}/${path}`)).status]).toEqual([path, 200])
    expect(wordsOf(await head.phone.get(`${of}/settings/keys`))).toContain('还没有能发券的商户号')
    expect(wordsOf(await head.phone.get(`${of}/stocks/import?stock=123`))).toContain('还没有配置发券商户号的密钥')
    const examined = await head.submit(`${of}/guide`, `${of}/guide/examination`)
    expect([examined.status, examined.location]).toEqual([303, `${of}/guide?done=examined`])
    expect(wordsOf(await head.phone.get(`${of}/guide`))).toContain('没有带密钥的发券商户号')
    expect((await head.phone.get('/console/p/1267388801/application')).status).toBe(200)

    const merchant = (await shop.services.catalog.merchant('sunny-coffee'))!
    expect((await examine(shop.services, merchant)).filter(({ ok }) => !ok)).not.toEqual([])
    for (const { name } of jobs) await runNow(shop.services, name)
    const phone = shop.site.phoneOf(merchant, 'oSomebodyOfTheNewMerchant123')
    expect((await phone.get('/m/sunny-coffee/c/welcome')).status).toBe(404)
    expect((await phone.get('/m/sunny-coffee/coupons')).status).toBe(200)
    const notified = await phone.post('/notify/sunny-coffee/pay/1267388801', {})
    expect(notified.status).toBeLessThan(500)
  })

  test('may have no provider, and gets one later', async () => {
    expect((await head.submit(page, page, { ...right, slug: 'alone', provider: '' })).status).toBe(303)
    const settings = '/console/m/alone/settings'
    expect(wordsOf(await head.phone.get(settings))).toContain('还没有商户号')
    expect((await head.phone.get('/console/m/alone/guide')).status).toBe(200)
    expect((await head.submit(settings, settings, { provider: '1267388801' })).status).toBe(303)
    expect(wordsOf(await head.phone.get(settings))).toContain('服务商')
    const again = await head.submit(settings, settings, { provider: '1267388801' })
    expect([again.status, faultsOf(again)]).toEqual([422, ['#f-provider']])
  })
})

test('the name is changed, and the audit has both', async () => {
  const { name } = await row()
  expect((await owner.submit(at, at, { name: '优购小店（新）' })).status).toBe(303)
  expect((await audited()).changes).toEqual([['name', name, '优购小店（新）']])
  const empty = await owner.submit(at, at, { name: ' ' })
  expect([empty.status, faultsOf(empty)]).toEqual([422, ['#f-name']])
  expect((await row()).name).toBe('优购小店（新）')
})

describe('the Official Account', () => {
  const page = `${at}/official-account`
  const send = (fields: Record<string, string>, files: Parameters<typeof upload>[3] = []) =>
    upload(owner, page, fields, files)

  test('a new AppSecret replaces the old one only when WeChat gives a token for it', async () => {
    const before = await row()
    const wrong = await send({ what: 'secret', app_secret: 'f'.repeat(32) })
    expect([wrong.status, faultsOf(wrong)]).toEqual([422, ['#f-app_secret']])
    shop.sandbox.control.setFault({ fault: 'ip_refused_old' })
    const { appSecret } = shop.world.merchants[0]!.officialAccount
    const elsewhere = await send({ what: 'secret', app_secret: appSecret })
    expect(wordsOf(elsewhere)).toContain('服务器的地址 127.0.0.1 不在 IP 白名单里')
    expect(elsewhere.text).not.toContain(appSecret)
    shop.sandbox.control.clearFaults()
    shop.sandbox.control.setFault({ fault: 'html_502' })
    expect(wordsOf(await send({ what: 'secret', app_secret: appSecret }))).toContain('请稍后再试')
    shop.sandbox.control.clearFaults()
    expect(await row()).toEqual(before)

    const renewed = 'abcdef0123456789abcdef0123456789'
    shop.world.merchants[0]!.officialAccount.appSecret = renewed
    expect((await send({ what: 'secret', app_secret: renewed })).location).toBe(`${page}?done=secret`)
    expect((await audited()).act).toBe('app_secret_replaced')
    const merchant = await shop.services.catalog.merchant('demo')
    expect(merchant!.officialAccount.appSecret.reveal()).toBe(renewed)
    const tested = await send({ what: 'secret', app_secret: '' })
    expect(wordsOf(await owner.phone.get(tested.location))).toContain('现在的 AppSecret 通过了微信的测试')
    expect(wordsOf(await owner.phone.get(page))).toMatch(/AppSecret已设置，\d{2}-\d{2}/)
  })

  test('a new EncodingAESKey stands beside the one before, and what is left empty stays', async () => {
    const [one, other] = ['a'.repeat(43), 'b'.repeat(43)]
    const given = { what: 'push', original_id: 'gh_0123456789ab', message_token: 'token', encoding_aes_key: one }
    expect((await send(given)).status).toBe(303)
    expect((await send({ what: 'push', original_id: '', message_token: '', encoding_aes_key: other })).status).toBe(303)
    const { officialAccount } = (await shop.services.catalog.merchant('demo'))!
    const { originalId, messageToken, encodingAesKey, previousEncodingAesKey } = officialAccount
    expect(originalId).toBe('gh_0123456789ab')
    const secrets = [messageToken, encodingAesKey, previousEncodingAesKey].map((secret) => secret?.reveal())
    expect(secrets).toEqual(['token', other, one])
    const wrong = await send({ what: 'push', original_id: 'x', message_token: 'a b', encoding_aes_key: 'c' })
    expect(faultsOf(wrong)).toEqual(['#f-original_id', '#f-message_token', '#f-encoding_aes_key'])
    const page200 = (await owner.phone.get(page)).text
    for (const secret of [one, other]) expect(page200).not.toContain(secret)
  })

  test('the domain verification file is uploaded or typed, and answered at the root', async () => {
    const name = 'MP_verify_A1b2C3d4E5f6G7h8.txt'
    const file = { field: 'domain_file', name, content: 'A1b2C3d4E5f6G7h8\n' }
    expect((await send({ what: 'domain' }, [file])).status).toBe(303)
    clock.advance(1_000)
    expect((await owner.phone.get(`/${name}`)).text).toBe('A1b2C3d4E5f6G7h8')
    const typed = { what: 'domain', domain_name: 'MP_verify_Zz.txt', domain_text: 'Zz' }
    expect((await send(typed)).status).toBe(303)
    expect(Object.keys((await row()).domain_verification)).toContain('MP_verify_Zz.txt')
    const wrong = await send({ what: 'domain' }, [{ ...file, name: 'index.html' }])
    expect([wrong.status, faultsOf(wrong)]).toEqual([422, ['#f-domain_file']])
    expect((await send({ what: 'other' })).status).toBe(422)
  })
})

test('the secret of the events is shown once, and the one before ends', async () => {
  const page = `${at}/events`
  const event = JSON.stringify(cardOpened({}))
  const post = async (secret: string) => {
    const headers = signedHeaders(shop.merchant, event, clock.now(), secret)
    return (await fetch(`${shop.site.url}/api/demo/events`, { method: 'POST', body: event, headers })).status
  }
  const old = shop.merchant.eventsSecret!.reveal()
  expect(await post(old)).not.toBe(401)
  expect((await owner.submit(page, page)).status).toBe(303)
  const shown = load((await owner.phone.get(page)).text)('#events-secret')
    .text()
    .trim()
  expect(shown).toMatch(/^whsec_/)
  expect(load((await owner.phone.get(page)).text)('#events-secret')).toHaveLength(0)
  expect([await post(old), await post(shown)]).toEqual([401, expect.not.toSatisfy((status) => status === 401)])
  expect(JSON.stringify(await audited())).not.toContain(shown)
})
