import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { applyMerchant } from '../../src/merchants/apply.ts'
import { certificateStore } from '../../src/merchants/certificate-store.ts'
import { resealSecrets } from '../../src/merchants/reseal.ts'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { createWorld } from '../../sandbox/world.ts'
import { openSecrets } from '../../src/plumbing/secrets/vault.ts'
import { openTestServices } from '../support/services.ts'

type File = {
  name: string
  official_account: Record<string, string | undefined>
  accounts: Record<string, unknown>[]
  card_products?: Record<string, unknown>[]
  events_secret?: string
}

const world = createWorld()
const aFile = () => structuredClone(merchantFile(world)) as File

test('a merchant is created with its accounts, and opens again with every secret', async () => {
  await using services = await openTestServices({ redis: false })
  const file = aFile()
  file.accounts[0]!.platform_certificates = [world.platform.certificates[0]!.certificate]
  expect(await applyMerchant(services, file)).toEqual([
    'merchant demo: created',
    'account 1601400973: created',
    'account 1267388801: created',
    ...file.card_products!.map((card) => `card ${card.card_id as string}: connected`),
  ])

  const merchant = (await services.catalog.merchant('demo'))!
  expect(merchant.officialAccount.appSecret.reveal()).toBe(file.official_account.app_secret)
  expect(merchant.eventsSecret?.reveal()).toBe(file.events_secret)
  expect(merchant.accounts.map(({ mchid, role }) => [mchid, role])).toEqual([
    ['1601400973', 'sender'],
    ['1267388801', 'provider'],
  ])
  expect(merchant.accounts[0]?.keys?.privateKey.reveal()).toBe((file.accounts[0]!.private_key as string).trim())
  const [stored] = await certificateStore(services.db, merchant.accounts[0]!.id).load()
  expect(stored?.serialNo).toBe(world.platform.certificates[0]!.serialNo)
  expect(await services.catalog.merchantById(merchant.id)).toMatchObject({ slug: 'demo' })
})

test('nothing secret stands in the database or in what is printed', async () => {
  await using services = await openTestServices({ redis: false })
  const file = aFile()
  const lines = await applyMerchant(services, file)
  file.official_account.app_secret = randomBytes(16).toString('hex')
  lines.push(...(await applyMerchant(services, file)))
  const rows = JSON.stringify([
    await services.db.selectFrom('merchants').selectAll().execute(),
    await services.db.selectFrom('accounts').selectAll().execute(),
    await services.db.selectFrom('card_products').selectAll().execute(),
  ])
  const secrets = [
    ...Object.values(file.official_account).slice(1),
    file.events_secret,
    ...file.accounts.flatMap((account) => [account.api_v3_key, account.private_key]),
    ...file.card_products!.flatMap((card) => [card.api_key, card.private_key]),
  ]
  const isPublic = (text: unknown) => text === file.official_account.original_id
  for (const secret of secrets.filter((text) => text && !isPublic(text))) {
    expect(rows).not.toContain(JSON.stringify(secret).slice(1, -1))
    expect(lines.join('\n')).not.toContain(secret as string)
  }
  expect(lines).toContain('merchant demo: app_secret replaced')
})

test('a second time changes nothing; a change is told field by field and keeps ids', async () => {
  await using services = await openTestServices({ redis: false })
  const file = aFile()
  await applyMerchant(services, file)
  const before = (await services.catalog.merchant('demo'))!
  expect(await applyMerchant(services, file)).toEqual(['merchant demo: nothing changed'])

  file.name = '优购小店旗舰店'
  file.events_secret = undefined
  file.official_account.previous_encoding_aes_key = randomBytes(32).toString('hex').slice(0, 43)
  Object.assign(file.accounts[0]!, { sends_per_second: 100, api_v3_key: randomBytes(16).toString('hex') })
  expect(await applyMerchant(services, file)).toEqual([
    'merchant demo: name 优购小店 → 优购小店旗舰店',
    'merchant demo: previous_encoding_aes_key set',
    'merchant demo: events_secret removed',
    'account 1601400973: sends_per_second 450 → 100',
    'account 1601400973: api_v3_key replaced',
  ])
  const after = (await services.catalog.merchant('demo'))!
  expect(after.accounts.map(({ id }) => id)).toEqual(before.accounts.map(({ id }) => id))
  expect(after.eventsSecret).toBeUndefined()
})

test('when one account is wrong, nothing of the file is stored', async () => {
  await using services = await openTestServices({ redis: false })
  const file = aFile()
  file.accounts[1] = { ...file.accounts[1], api_v3_key: 'bda1890daa6cbf2ec632dd8c38a86444' }
  await expect(applyMerchant(services, file)).rejects.toThrow('accounts[1].api_v3_key: is known from published guides')
  expect(await services.db.selectFrom('merchants').selectAll().execute()).toEqual([])
})

test('an account that the file no longer lists is removed, unless coupons were sent from it', async () => {
  await using services = await openTestServices({ redis: false })
  const file = { ...aFile(), card_products: [] }
  await applyMerchant(services, file)
  const [sender, provider] = (await services.catalog.merchant('demo'))!.accounts
  await services.db
    .insertInto('halts')
    .values({
      merchant_id: sender!.merchantId,
      account_id: provider!.id,
      stock_ref: null,
      cause: 'x',
      since: new Date(),
      probe_at: new Date(),
      probes: 0,
    })
    .execute()
  file.accounts.pop()
  await expect(applyMerchant(services, file)).rejects.toThrow(
    '1267388801 is not in the file, but coupons were sent from it',
  )
  await services.db.deleteFrom('halts').execute()
  expect(await applyMerchant(services, file)).toEqual(['account 1267388801: removed'])
})

test('a file that may have cured a halt brings its probe forward', async () => {
  const now = new Date()
  await using services = await openTestServices({ redis: false, clock: { now: () => now } })
  const file = aFile()
  await applyMerchant(services, file)
  const [sender] = (await services.catalog.merchant('demo'))!.accounts
  const tomorrow = new Date(now.getTime() + 86_400_000)
  const halt = { merchant_id: sender!.merchantId, account_id: sender!.id, cause: 'sign_error', since: now }
  await services.db
    .insertInto('halts')
    .values([
      { ...halt, stock_ref: null, probe_at: tomorrow },
      { ...halt, stock_ref: null, probe_at: tomorrow, lifted_at: now, lifted_by: 'operator' },
    ])
    .execute()

  file.accounts[0]!.api_v3_key = randomBytes(16).toString('hex')
  await applyMerchant(services, file)
  const halts = await services.db.selectFrom('halts').selectAll().orderBy('id').execute()
  expect(halts.map(({ probe_at }) => probe_at.getTime() - now.getTime())).toEqual([2_000, 86_400_000])
})

test('MASTER_KEY is changed: everything is sealed anew and the old key can go', async () => {
  await using services = await openTestServices({ redis: false })
  await applyMerchant(services, aFile())
  const [oldKey] = services.config.masterKeys
  const newKey = randomBytes(32)
  const both = openSecrets([newKey, oldKey!])
  expect(await resealSecrets(services.db, both)).toBeGreaterThan(5)
  expect(await resealSecrets(services.db, both)).toBe(0)
  await expect(services.catalog.merchant('demo')).rejects.toThrow('MASTER_KEY does not list')
  await using fresh = await openTestServices({
    redis: false,
    config: { databaseUrl: services.config.databaseUrl, masterKeys: [newKey] },
  })
  expect((await fresh.catalog.merchant('demo'))?.officialAccount.appSecret.reveal()).toBe(
    aFile().official_account.app_secret,
  )
})
