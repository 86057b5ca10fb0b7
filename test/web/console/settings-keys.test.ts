import { load } from 'cheerio'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCertificate, createKeyPair, type KeyedCertificate } from '../../../sandbox/certificate.ts'
import { makeCertificate, setApiV3Key } from '../../../sandbox/platform/keys.ts'
import { verifyAudit } from '../../../src/operators/audit/chain.ts'
import { ofMerchant } from '../../../src/operators/rights/scope.ts'
import { movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser, tokenOf, upload } from '../../support/console.ts'
import type { Seen } from '../../support/phone.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

const list = '/console/m/demo/settings/keys'
const page = `${list}/new`
const key = '7kQm2ZpX9cVb4NfT8wRj6HsL3yGd5AeU'

type File = Parameters<typeof upload>[3] extends (infer F)[] | undefined ? F : never
const text = (name: string, content: string): File => ({ field: 'files', name, content })
const zip = (files: Record<string, string | Uint8Array>, name = '1601400973_20261130_cert.zip'): File => {
  const bytes = Object.entries(files).map(
    ([path, content]) => [path, typeof content === 'string' ? new TextEncoder().encode(content) : content] as const,
  )
  return { field: 'files', name, content: zipSync(Object.fromEntries(bytes)) as Uint8Array<ArrayBuffer> }
}
const wordsOf = (seen: Seen) => load(seen.text)('main').text().replace(/\s+/g, ' ')
/** What the summary says, a sentence for each fault. */
const faultsOf = (seen: Seen) =>
  load(seen.text)('[role=alert] li')
    .toArray()
    .map((one) => load(seen.text)(one).text())

describe.each(['certificate', 'public_key'] as const)('in %s mode', { timeout: 60_000 }, (keyMode) => {
  const clock = movableClock()
  let shop: SandboxShop
  let owner: ConsoleBrowser
  let mchid: string
  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode } })
    const services = Object.assign(shop.services, { clock })
    owner = await consoleBrowser(services, shop.site, 'owner@example.com', {
      ...ofMerchant(shop.merchant.id),
      role: 'owner',
    })
    mchid = shop.world.accounts[0]!.mchid
  }, 60_000)
  afterAll(() => shop[Symbol.asyncDispose]())

  const account = () =>
    shop.services.db.selectFrom('accounts').selectAll().where('mchid', '=', mchid).executeTakeFirstOrThrow()
  const ofWorld = () => shop.world.accounts.find((one) => one.mchid === mchid)!
  const publicKey = (): { fields: Record<string, string>; file: File[] } =>
    keyMode === 'public_key'
      ? {
          fields: { public_key_id: shop.world.platform.publicKeyId },
          file: [text('pub_key.pem', shop.world.platform.publicKey)],
        }
      : { fields: {}, file: [] }
  /** Another certificate of the number, valid beside the old ones. */
  function renewed() {
    const { certificates } = ofWorld()
    certificates.splice(0, certificates.length - 1)
    const made = makeCertificate(shop.sandbox.control.state, { mchid })
    return { ...made, zip: zip({ 'apiclient_key.pem': made.privateKey, 'apiclient_cert.pem': made.certificate }) }
  }
  const send = (fields: Record<string, string>, files: File[] = []) => upload(owner, page, fields, files)

  test("WeChat's zip and the APIv3 key are enough, and the page says what was proven", async () => {
    setApiV3Key(shop.sandbox.control.state, { mchid, key })
    const { zip: file, serialNo } = renewed()
    const { fields, file: more } = publicKey()
    const seen = await send({ api_v3_key: key, ...fields }, [file, ...more])
    expect([seen.status, seen.location, faultsOf(seen)]).toEqual([303, expect.stringContaining(`mchid=${mchid}`), []])
    const after = await owner.phone.get(seen.location)
    expect(wordsOf(after)).toContain(`商户号 ${mchid} 的密钥已测试并保存`)
    expect(wordsOf(after)).toContain(
      keyMode === 'certificate' ? 'APIv3 密钥解开了微信的平台证书' : '公钥验过了微信的回答',
    )
    expect(load(after.text)(`a[href$="/guide"].main`)).toHaveLength(1)
    const row = await account()
    expect([row.serial_no, row.keys_set_at, row.keys_proven_at]).toEqual([serialNo, expect.any(Date), expect.any(Date)])
    const audit = await shop.services.db
      .selectFrom('audit_entries')
      .selectAll()
      .orderBy('id', 'desc')
      .executeTakeFirst()
    expect(audit).toMatchObject({ act: 'keys_replaced', subject: mchid, by: 'owner@example.com' })
    expect(audit!.changes.map(([field]) => field)).toContain('serial_no')
    expect(await verifyAudit(shop.services.db)).toMatchObject({ broken: undefined })
  })

  test('PEM files, and pasted PEM with only the new certificate, do as well; other settings of the number stay', async () => {
    const before = await account()
    const one = renewed()
    const files = [text('apiclient_key.pem', one.privateKey), text('apiclient_cert.pem', one.certificate)]
    const sent = await send({}, files)
    expect([sent.status, faultsOf(sent)]).toEqual([303, []])
    expect((await account()).serial_no).toBe(one.serialNo)
    const other = renewed()
    expect((await send({ pem: `${other.certificate}\r\n${other.privateKey}` })).status).toBe(303)
    const after = await account()
    expect(after.serial_no).toBe(other.serialNo)
    const { api_v3_key_sealed, role, appid, api_v2_key_sealed, sends_per_second, public_key_id } = before
    expect(after).toMatchObject({ api_v3_key_sealed, role, appid, api_v2_key_sealed, sends_per_second, public_key_id })
  })

  /** Certificates that WeChat does not have: an old one, one of another merchant, one of nobody. */
  let made: Record<'old' | 'other' | 'strange', KeyedCertificate>
  beforeAll(() => {
    const from = clock.now()
    made = {
      old: createCertificate({ commonName: mchid, from: new Date('2020-01-01') }),
      other: createCertificate({ commonName: '1900009191', from }),
      strange: createCertificate({ commonName: mchid, from }),
    }
  })
  const files = () => ({ ...made, own: ofWorld().certificates.at(-1)! })
  type Made = ReturnType<typeof files>
  const pair = ({ privateKey, certificate }: Made['own']) =>
    zip({ 'apiclient_key.pem': privateKey, 'apiclient_cert.pem': certificate })
  test.each<[string, (made: Made) => File[], string, Record<string, string>?]>([
    ['no key inside', ({ own }) => [zip({ 'apiclient_cert.pem': own.certificate })], '没有找到私钥'],
    ['nothing of a key', () => [zip({ 'readme.txt': 'x' })], '没有找到私钥和证书'],
    ['only a p12', () => [zip({ 'apiclient_cert.p12': new Uint8Array([0x30, 0x82, 1, 2]) })], '只有 p12 文件'],
    [
      'a p12 by itself',
      () => [{ field: 'files', name: 'apiclient_cert.p12', content: new Uint8Array([0x30, 0x82]) }],
      '只有 p12 文件',
    ],
    [
      "WeChat's own certificate",
      () => [text('wechatpay.pem', shop.world.platform.certificates[0]!.certificate)],
      '微信的平台证书，不是商户证书',
    ],
    [
      'a key of another certificate',
      ({ own, strange }) => [zip({ 'apiclient_key.pem': own.privateKey, 'apiclient_cert.pem': strange.certificate })],
      '证书和私钥不是一对',
    ],
    ['an expired certificate', ({ old }) => [pair(old)], '证书已过期'],
    ["another merchant's certificate", ({ other }) => [pair(other)], '证书上写的是 1900009191'],
    [
      'an APIv3 key that is too short',
      ({ own }) => [pair(own)],
      '必须正好 32 位，只能是字母和数字（现在是 31 位）',
      { api_v3_key: key.slice(1) },
    ],
    [
      'a published APIv3 key',
      ({ own }) => [pair(own)],
      '印在公开的教程里',
      { api_v3_key: 'bda1890daa6cbf2ec632dd8c38a86444' },
    ],
    ['a certificate that WeChat does not know', ({ strange }) => [pair(strange)], '微信不认识这张证书'],
    [
      'a broken zip',
      () => [{ field: 'files', name: 'x.zip', content: new Uint8Array([0x50, 0x4b, 3, 4, 9, 9]) }],
      '压缩包打不开',
    ],
    [
      'too many files',
      () => [zip(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}.pem`, 'x'])))],
      '文件太多',
    ],
    ['a zip that unpacks to megabytes', () => [zip({ 'apiclient_key.pem': new Uint8Array(2_000_000) })], '文件太大'],
    [
      'a key with a password',
      () => [text('k.pem', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n')],
      '私钥有密码',
    ],
    [
      'garbage in PEM',
      ({ own }) => [
        text('c.pem', own.certificate),
        text('k.pem', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'),
      ],
      '内容不完整',
    ],
    [
      'a small key',
      ({ own }) => [text('c.pem', own.certificate), text('k.pem', createKeyPair(1024).privateKey)],
      '不是 2048 位',
    ],
  ])('%s is told in a sentence, and the old keys stay', async (_, filesOf, sentence, fields = {}) => {
    const before = await account()
    const seen = await send({ mchid, ...fields }, filesOf(files()))
    expect([seen.status, faultsOf(seen)]).toEqual([422, expect.arrayContaining([expect.stringContaining(sentence)])])
    expect(await account()).toEqual(before)
  })

  test('a zip that lies about its size gets no more room than it stated', async () => {
    const { content } = zip({ 'apiclient_key.pem': new Uint8Array(7_000_000) })
    const bytes = Buffer.from(content as Uint8Array)
    const entry = bytes.indexOf('PK\u0001\u0002', 0, 'latin1')
    for (const at of [22, entry + 24]) bytes.writeUInt32LE(1_000, at)
    const seen = await send({ mchid }, [{ field: 'files', name: 'a.zip', content: new Uint8Array(bytes) }])
    expect([seen.status, faultsOf(seen)]).toEqual([422, [expect.stringContaining('没有找到私钥和证书')]])
  })

  test('a zip with a password is told as one', async () => {
    const bytes = Buffer.from(zip({ 'apiclient_key.pem': 'x' }).content as Uint8Array)
    const entry = bytes.indexOf('PK\u0001\u0002', 0, 'latin1')
    bytes.writeUInt16LE(1, entry + 8)
    const seen = await send({ mchid }, [{ field: 'files', name: 'a.zip', content: new Uint8Array(bytes) }])
    expect(faultsOf(seen)).toEqual([expect.stringContaining('压缩包有密码')])
  })

  test('a form with files is refused as any other: without the token, from another site, without a session', async () => {
    const before = await account()
    const { own } = files()
    const form = (token: string) => {
      const made = new FormData()
      made.set('_csrf', token)
      made.append('files', new Blob([pair(own).content]), 'a.zip')
      return made
    }
    const token = tokenOf((await owner.phone.get(page)).text)
    const answers = [
      await owner.phone.post(page, form('x'.repeat(token.length))),
      await owner.phone.post(page, form(token), { Origin: 'https://evil.example' }),
      await owner.phone.post(page, form(token), { 'Sec-Fetch-Site': 'same-site' }),
      await shop.site.browser().post(page, form(token)),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 303])
    const headers = { 'Content-Type': 'multipart/form-data; boundary=none' }
    expect((await owner.phone.post(page, form(token), headers)).status).toBe(400)
    expect(await account()).toEqual(before)
  })

  test('more than 64 kB is not read', async () => {
    const seen = await send({}, [{ field: 'files', name: 'a.zip', content: new Uint8Array(70_000) }])
    expect([seen.status, wordsOf(seen)]).toEqual([413, expect.stringContaining('文件太大了')])
  })

  test.runIf(keyMode === 'certificate')(
    'an APIv3 key that WeChat does not have is found out, also the v2 key',
    async () => {
      const before = await account()
      const wrong = await send({ mchid, api_v3_key: 'Q'.repeat(8) + key.slice(8) })
      expect(faultsOf(wrong)).toEqual([expect.stringContaining('解不开微信的平台证书')])
      const v2 = await send({ mchid, api_v3_key: ofWorld().apiV2Key })
      expect(faultsOf(v2)).toEqual([expect.stringContaining('旧的 API 密钥（v2）')])
      expect(await account()).toEqual(before)
    },
  )

  test.runIf(keyMode === 'public_key')('a public key that is not the one of this number is found out', async () => {
    const before = await account()
    const { publicKeyId, publicKey: right } = shop.world.platform
    const wrong = await send({ mchid, public_key_id: publicKeyId }, [text('pub_key.pem', createKeyPair().publicKey)])
    expect(faultsOf(wrong)).toEqual([expect.stringContaining('微信的回答验不过')])
    const half = await send({ mchid }, [text('pub_key.pem', right)])
    expect(faultsOf(half)).toEqual([expect.stringContaining('没有公钥 ID')])
    expect(await account()).toEqual(before)
    expect((await send({ mchid, public_key_id: publicKeyId }, [text('pub_key.pem', right)])).status).toBe(303)
  })

  test('our clock that is far off is told as such, and WeChat that does not answer too', async () => {
    const before = await account()
    const endpoint = keyMode === 'certificate' ? 'certificates' : 'stock_list'
    const { control } = shop.sandbox
    control.setFault({ fault: 'request_expired', endpoint, times: 1 })
    expect(faultsOf(await send({ mchid }, [pair(files().own)]))).toEqual([expect.stringContaining('网络对时')])
    control.setFault({ fault: 'html_502', endpoint, times: 1 })
    expect(faultsOf(await send({ mchid }, [pair(files().own)]))).toEqual([expect.stringContaining('请稍后再试')])
    expect(await account()).toEqual(before)
  })

  test('a certificate of another name is taken after a look, when WeChat accepts it', async () => {
    const { certificates } = ofWorld()
    certificates.splice(0, certificates.length - 1)
    const other = createCertificate({ commonName: '1900009191', from: clock.now() })
    certificates.push(other)
    const asked = await send({ mchid }, [pair(other)])
    expect(load(asked.text)('input[name=confirmed]')).toHaveLength(1)
    const taken = await send({ mchid, confirmed: 'yes' }, [pair(other)])
    expect([taken.status, faultsOf(taken)]).toEqual([303, []])
  })

  test('what is listed has no secret, and neither has the audit', async () => {
    const pages = [await owner.phone.get(list), await owner.phone.get(`${page}?mchid=${mchid}`)]
    const audit = JSON.stringify(await shop.services.db.selectFrom('audit_entries').selectAll().execute())
    const told = pages.map((one) => one.text).join('') + audit
    for (const secret of [key, ofWorld().apiV2Key, 'PRIVATE KEY']) expect(told.includes(secret)).toBe(false)
    expect(wordsOf(pages[0]!)).toMatch(/已设置，\d{2}-\d{2}/)
    expect(pages[0]!.headers.get('cache-control')).toBe('no-store')
  })
})
