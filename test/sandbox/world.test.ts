import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { renewStocks } from '../../sandbox/demo-stocks.ts'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { createWorld, openidOf, worldFromJson, worldToJson } from '../../sandbox/world.ts'

const world = createWorld({ now: new Date('2026-11-23T04:00:00Z'), slugs: ['demo', 'other'], keyMode: 'both' })

test('every certificate is a real one: readable, in date, with its serial and its key', () => {
  const all = [...world.platform.certificates, ...world.accounts.flatMap((account) => account.certificates)]
  for (const each of all) {
    const certificate = new X509Certificate(each.certificate)
    expect(certificate.serialNumber).toBe(each.serialNo)
    expect(each.serialNo).toMatch(/^[0-9A-F]{40}$/)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.checkPrivateKey(createPrivateKey(each.privateKey))).toBe(true)
    expect(new Date(certificate.validFrom).toISOString()).toBe('2026-11-22T04:00:00.000Z')
    expect(new Date(certificate.validTo).toISOString()).toBe('2031-11-22T04:00:00.000Z')
  }
  expect(new X509Certificate(world.accounts[0]!.certificates[0]!.certificate).subject).toBe('CN=1601400973')
})

test('a kept world is the same world, and anything else is not one', () => {
  expect(worldFromJson(worldToJson(world))).toEqual(world)
  expect(() => worldFromJson('{"version":2}')).toThrow('not a sandbox world')
})

test('a kept world whose stocks are about to end gets new windows, and no other', () => {
  const kept = worldFromJson(worldToJson(world))
  renewStocks(kept, new Date('2026-12-01T00:00:00Z'))
  expect(kept).toEqual(world)
  renewStocks(kept, new Date('2027-11-23T00:00:00Z'))
  expect(kept.stocks[0]).toMatchObject({
    available_begin_time: '2027-11-22T00:00:00.000Z',
    available_end_time: '2028-02-19T00:00:00.000Z',
  })
})

test('the merchant file has what `merchant apply` wants', () => {
  const file = merchantFile(world) as {
    official_account: Record<string, string>
    events_secret: string
    accounts: Record<string, string>[]
  }
  expect(file).toMatchObject({ slug: 'demo', name: '优购小店' })
  expect(file.official_account).toMatchObject({ appid: expect.stringMatching(/^wx[0-9a-f]{16}$/) })
  expect(file.official_account.encoding_aes_key).toHaveLength(43)
  expect(file.events_secret).toMatch(/^whsec_/)
  expect(file.accounts.map(({ mchid, role }) => `${mchid} ${role}`)).toEqual([
    '1601400973 sender',
    '1267388801 provider',
  ])
  for (const account of file.accounts) {
    expect(account.api_v3_key).toMatch(/^[0-9A-Za-z]{32}$/)
    expect(account.public_key_id).toMatch(/^PUB_KEY_ID_\d+$/)
  }
  expect(merchantFile(world, 'other')).toMatchObject({ slug: 'other' })
  expect(() => merchantFile(world, 'nobody')).toThrow('no merchant nobody')
})

test('every member has their own openid under every appid', () => {
  const openids = world.merchants.flatMap(({ officialAccount }) =>
    world.members.map((member) => openidOf(officialAccount, member.id)),
  )
  expect(new Set(openids).size).toBe(8)
  for (const openid of openids) expect(openid).toMatch(/^o[\w-]{27}$/)
  expect(world.members.map((member) => member.nickname)).toEqual(['小明', '小红', '小刚', '小丽'])
})
