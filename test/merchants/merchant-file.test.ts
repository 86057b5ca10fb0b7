import { createPrivateKey, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Unusable } from '../../src/plumbing/unusable.ts'
import { readMerchantFile } from '../../src/merchants/merchant-file.ts'
import { createCertificate, createKeyPair } from '../../sandbox/certificate.ts'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { createWorld } from '../../sandbox/world.ts'

const now = new Date()
const dayMs = 86_400_000
const world = createWorld({ now })
const { publicKeyId, publicKey } = world.platform

type File = ReturnType<typeof aFile>

function aFile() {
  return structuredClone(merchantFile(world)) as {
    slug: string
    official_account: Record<string, string | undefined>
    accounts: Record<string, unknown>[]
    card_products?: Record<string, unknown>[]
    events_secret?: string
    domain_verification?: Record<string, string>
  }
}

function faultsOf(change: (file: File, sender: Record<string, unknown>) => void): string[] {
  const file = aFile()
  change(file, file.accounts[0]!)
  try {
    readMerchantFile(file, now)
    return []
  } catch (error) {
    if (error instanceof Unusable) return error.faults
    throw error
  }
}

test('a character of control in what people read is refused, with the name of its field', () => {
  const rule = 'must have no line breaks or other control characters'
  expect(faultsOf((file) => Object.assign(file, { name: '优购\u0001小店' }))).toEqual([`name: ${rule}`])
  expect(faultsOf((file) => Object.assign(file, { name: '优购\n小店' }))).toEqual([`name: ${rule}`])
  const told = { 'MP_verify_x.txt': 'a\u0000b' }
  expect(faultsOf((file) => (file.domain_verification = told))).toEqual([
    `domain_verification.MP_verify_x.txt: ${rule}`,
  ])
})

test('a provider may name its own appid, a sender sends with that of the Official Account', () => {
  const named = (index: number, appid: string) => (file: File) => Object.assign(file.accounts[index]!, { appid })
  expect(faultsOf(named(1, 'wxab12ab12ab12ab12'))).toEqual([])
  expect(faultsOf(named(1, 'ab12'))).toEqual(['accounts[1].appid: must be wx and 16 letters and digits'])
  expect(faultsOf(named(0, 'wxab12ab12ab12ab12'))).toEqual([
    expect.stringMatching(/^accounts\[0\]\.appid: is for a provider/),
  ])
})

test('a card of another appid, of a number without keys, or with half of a brand’s keys is refused', () => {
  const changed = (kind: string, change: object) => (file: File) =>
    Object.assign(
      file.card_products!.find((card) => card.kind === kind)!,
      change,
    )
  expect(faultsOf(changed('brand_partner', { appid: 'wx0000000000000000' }))).toEqual([
    expect.stringContaining('会员卡属于另一个 AppID，openid 不能用于发券'),
  ])
  expect(faultsOf(changed('brand_partner', { mchid: '1601400973' }))).toEqual([
    expect.stringMatching(/^card_products\[0\]\.mchid: must be a provider/),
  ])
  expect(faultsOf(changed('membercard_open', { mchid: '1999999999' }))).toEqual([
    'card_products[2].mchid: is not one of the accounts',
  ])
  expect(faultsOf(changed('brand_partner', { confirm: undefined }))).toEqual([])
  expect(faultsOf(changed('brand_partner', { confirm: 'nobody' }))).toEqual([
    expect.stringMatching(/^card_products\[0\]\.confirm: must be us or crm/),
  ])
  expect(faultsOf(changed('brand', { public_key: 'x' }))).toEqual([
    'card_products[1].public_key: is not an RSA public key in PEM',
  ])
  expect(faultsOf((file) => void file.card_products!.push({ ...file.card_products![0]! }))).toEqual([
    'card_products: a card_id is listed twice',
  ])
})

test('a complete file is accepted', () => {
  const { accounts } = readMerchantFile(aFile(), now)
  expect(accounts[0]?.keys).toMatchObject({ serialNo: world.accounts[0]!.certificates[0]!.serialNo, warnings: [] })
})

test('a provider may be only a number, a sender may not', () => {
  const number = (role: string) => (file: File) =>
    Object.assign(file, { card_products: [], accounts: [file.accounts[0], { mchid: '1267388801', role }] })
  expect(faultsOf(number('provider'))).toEqual([])
  expect(faultsOf(number('sender'))).toEqual([expect.stringMatching(/^accounts\[1\]\.private_key: a sender needs/)])
  const alone = { card_products: [], accounts: [{ mchid: '1267388801', role: 'provider' }] }
  expect(faultsOf((file) => Object.assign(file, alone))).toEqual(['accounts: needs at least one sender'])
  expect(faultsOf((file) => file.accounts.push(file.accounts[0]!))).toEqual([
    'accounts: a merchant number is listed twice',
  ])
})

describe('the private key and its certificate', () => {
  const other = createCertificate({ commonName: '1601400973', from: new Date(now.getTime() - dayMs) })

  test('both PKCS#8 and PKCS#1 are read', () => {
    const toPkcs1 = (sender: Record<string, unknown>) =>
      (sender.private_key = createPrivateKey(sender.private_key as string).export({ type: 'pkcs1', format: 'pem' }))
    expect(faultsOf((_, sender) => toPkcs1(sender))).toEqual([])
  })

  test('a key that does not belong to the certificate is refused', () => {
    expect(faultsOf((_, sender) => (sender.private_key = other.privateKey))).toEqual([
      'accounts[0].certificate: does not belong to private_key',
    ])
  })

  test('what is not a key, is too short, or is the certificate in the wrong place is refused', () => {
    expect(faultsOf((_, sender) => (sender.private_key = 'nonsense'))[0]).toContain(
      'private_key: is not a private key in PEM',
    )
    expect(faultsOf((_, sender) => (sender.certificate = 'nonsense'))[0]).toContain(
      'certificate: is not a certificate in PEM',
    )
    expect(faultsOf((_, sender) => delete sender.private_key)).toContain('accounts[0].private_key: is missing')
    expect(faultsOf((_, sender) => delete sender.api_v3_key)).toContain('accounts[0].api_v3_key: is missing')
    const short = createKeyPair(1024).privateKey
    expect(faultsOf((_, sender) => (sender.private_key = short))).toContain(
      'accounts[0].private_key: must be an RSA key of 2048 bits or more',
    )
  })

  test('the serial comes from the certificate; a typed one must be the same, in any spelling', () => {
    const own = world.accounts[0]!.certificates[0]!.serialNo
    const spelled = own.toLowerCase().replace(/(..)(?=.)/g, '$1:')
    expect(faultsOf((_, sender) => delete sender.serial_no)).toEqual([])
    expect(faultsOf((_, sender) => (sender.serial_no = spelled))).toEqual([])
    expect(faultsOf((_, sender) => (sender.serial_no = other.serialNo))).toEqual([
      'accounts[0].serial_no: is not the serial of the certificate',
    ])
    expect(faultsOf((_, sender) => (sender.serial_no = 'xyz'))).toEqual([
      'accounts[0].serial_no: must be up to 40 hexadecimal digits',
    ])
    const neither = (sender: Record<string, unknown>) => delete sender.serial_no && delete sender.certificate
    expect(faultsOf((_, sender) => neither(sender))).toEqual([
      'accounts[0].serial_no: is missing: give it or the certificate',
    ])
  })

  test('a typed serial keeps its leading zeros', () => {
    const file = aFile()
    file.accounts[0] = { ...file.accounts[0], certificate: undefined, serial_no: '00abcdef0123456789' }
    expect(readMerchantFile(file, now).accounts[0]?.keys?.serialNo).toBe('00ABCDEF0123456789')
  })

  test('one that has expired or is not valid yet is refused, one that soon ends is warned of', () => {
    const years = (count: number) => new Date(now.getTime() + count * 365 * dayMs)
    const withCertificate =
      (from: Date, commonName = '1601400973') =>
      (_: File, sender: Record<string, unknown>) => {
        const { certificate, privateKey, serialNo } = createCertificate({ commonName, from })
        Object.assign(sender, { certificate, private_key: privateKey, serial_no: serialNo })
      }
    expect(faultsOf(withCertificate(years(-6)))).toEqual(['accounts[0].certificate: has expired'])
    expect(faultsOf(withCertificate(years(1)))).toEqual(['accounts[0].certificate: is not valid yet'])
    const file = aFile()
    withCertificate(new Date(now.getTime() - (5 * 365 - 10) * dayMs), 'somebody')(file, file.accounts[0]!)
    const warnings = readMerchantFile(file, now).accounts[0]?.keys?.warnings
    expect(warnings).toEqual([
      expect.stringMatching(/^its certificate ends in 1\d days/),
      'its certificate does not name this merchant number',
    ])
  })
})

test('half a public-key pair is refused, and so is one that is no public key', () => {
  const set = (pair: object) => (_: File, sender: Record<string, unknown>) => Object.assign(sender, pair)
  expect(faultsOf(set({ public_key: publicKey, public_key_id: publicKeyId }))).toEqual([])
  expect(faultsOf(set({ public_key: publicKey }))[0]).toMatch(/^accounts\[0\]\.public_key_id: is missing/)
  expect(faultsOf(set({ public_key_id: publicKeyId }))[0]).toMatch(/^accounts\[0\]\.public_key: is missing/)
  const privateKey = createKeyPair().privateKey
  for (const wrong of ['nonsense', privateKey]) {
    expect(faultsOf(set({ public_key: wrong, public_key_id: publicKeyId }))[0]).toContain('is not an RSA public key')
  }
})

test.each([
  ['of a published guide', 'bda1890daa6cbf2ec632dd8c38a86444', 'known from published guides'],
  ['of a published guide in capitals', 'BDA1890DAA6CBF2EC632DD8C38A86444', 'known from published guides'],
  ['of 31 characters', 'a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p', 'exactly 32 letters and digits'],
  ['with a dash', 'a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p-', 'exactly 32 letters and digits'],
  ['that somebody typed', '11111111111111111111111111111111', 'too simple'],
])('an APIv3 key %s is refused', (_, key, reason) => {
  expect(faultsOf((_file, sender) => (sender.api_v3_key = key))[0]).toContain(reason)
})

test('every wrong field is named at once, and no value of it', () => {
  const faults = faultsOf((file, sender) => {
    file.slug = 'Demo Shop'
    file.official_account = {
      appid: 'hunter2',
      app_secret: 'hunter2',
      encoding_aes_key: 'hunter2',
      original_id: 'hunter2',
    }
    file.events_secret = 'whsec_hunter2'
    file.domain_verification = { 'evil.html': 'x' }
    Object.assign(sender, {
      mchid: 'abc',
      role: 'boss',
      sends_per_second: 501,
      api_key: 'hunter2',
      platform_certificates: ['x'],
    })
  })
  const fields = [
    'slug',
    'official_account.appid',
    'official_account.app_secret',
    'official_account.encoding_aes_key',
    'official_account.original_id',
    'events_secret',
    'domain_verification.evil.html',
    'accounts[0].mchid',
    'accounts[0].role',
    'accounts[0].sends_per_second',
    'accounts[0]',
  ]
  for (const field of fields)
    expect(
      faults.some((fault) => fault.startsWith(`${field}: `)),
      field,
    ).toBe(true)
  expect(faults.join()).not.toContain('hunter2')
  expect(faultsOf((_, sender) => (sender.platform_certificates = ['x']))).toEqual([
    'accounts[0].platform_certificates[0]: is not a certificate in PEM',
  ])
  expect(() => readMerchantFile('nonsense', now)).toThrow('the file: ')
})

test.each([
  ['without its prefix', randomBytes(24).toString('base64')],
  ['of 23 bytes', `whsec_${randomBytes(23).toString('base64')}`],
  ['of 65 bytes', `whsec_${randomBytes(65).toString('base64')}`],
  ['not in base64', `whsec_${'%'.repeat(40)}`],
])('an events_secret %s is refused by its name', (_, secret) => {
  const faults = faultsOf((file) => (file.events_secret = secret))
  expect(faults).toEqual(['events_secret: must be whsec_ and base64 of 24 to 64 bytes'])
})
