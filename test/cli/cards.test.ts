import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { recordCard } from '../../src/cards/openings.ts'
import { runCli } from '../../src/cli/run.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { createTestDatabase } from '../support/database.ts'
import { openTestServices } from '../support/services.ts'

const directory = mkdtempSync(join(tmpdir(), 'paycoupon-cards-'))
let database: Awaited<ReturnType<typeof createTestDatabase>>
let services: Services & AsyncDisposable
let merchant: Merchant

beforeAll(async () => {
  database = await createTestDatabase(inject('templateDatabase'))
  services = await openTestServices({ redis: false, config: { databaseUrl: database.url } })
  merchant = await aMerchant(services, { slug: 'cardshop' })
})
afterAll(async () => {
  await services[Symbol.asyncDispose]()
  await database.drop()
  rmSync(directory, { recursive: true })
})

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const masterKey = services.config.masterKeys.map((key) => key.toString('base64')).join()
  const env = { DATABASE_URL: database.url, DATA_DIR: directory, MASTER_KEY: masterKey }
  const code = await runCli(args, { out: (text) => (out += text), err: (text) => (err += text) }, env)
  return { code, out, err }
}
function aFile(text: string): string {
  const path = join(directory, 'cards.csv')
  writeFileSync(path, text)
  return path
}
const known = async () => [
  ...(await services.db.selectFrom('earlier_cards').select('card_code').orderBy('card_code').execute()),
  ...(await services.db.selectFrom('earlier_members').select('openid').orderBy('openid').execute()),
]

test('cards and members from before are imported once, however often, as a spreadsheet writes them', async () => {
  const cards = aFile('\uFEFFcard_id,card_code\r\npGold,123456789012\r\n"pGold","98-ab_C"\r\npGold,123456789012\r\n')
  expect(await run('cards', 'import', 'cardshop', cards)).toEqual({
    code: 0,
    out: '3 rows: 2 added, 1 known before\n',
    err: '',
  })
  const again = await run('cards', 'import', 'cardshop', cards, '--json')
  expect(JSON.parse(again.out)).toEqual({ rows: 3, added: 0, known: 3 })
  expect((await run('cards', 'import', 'cardshop', aFile('openid\noDemo1\n\noDemo2'))).out).toContain('2 added')
  expect(await known()).toEqual([
    { card_code: '123456789012' },
    { card_code: '98-ab_C' },
    { openid: 'oDemo1' },
    { openid: 'oDemo2' },
  ])
})

test.each([
  ['card_id;card_code\np1;2', 'line 1: must be the header card_id,card_code or openid\n'],
  ['', 'line 1: must be the header card_id,card_code or openid\n'],
  ['card_id,card_code\npNew,77\npNew,1.23457E+11', "line 3: card_code is not one of WeChat's\n"],
  [
    'card_id,card_code\npNew,77\ncard,1\npNew',
    "line 3: card_id is not one of WeChat's\nline 4: must have 2 of card_id,card_code\n",
  ],
  ['openid\noNew\no new', "line 3: openid is not one of WeChat's\n"],
])('a file with a bad row is refused by its line, and nothing of it is taken: %j', async (text, err) => {
  const before = await known()
  expect(await run('cards', 'import', 'cardshop', aFile(text))).toEqual({ code: 1, out: '', err })
  expect(await known()).toEqual(before)
})

test('of a thousand bad rows the first twenty are named', async () => {
  const { err } = await run('cards', 'import', 'cardshop', aFile(`openid\n${'?\n'.repeat(1_000)}`))
  expect(err.trim().split('\n')).toHaveLength(21)
  expect(err).toContain('and 980 more lines')
})

test('twelve thousand members are imported in one go', async () => {
  const members = Array.from({ length: 12_000 }, (_, index) => `oMany${index}`).join('\n')
  expect((await run('cards', 'import', 'cardshop', aFile(`openid\n${members}`))).out).toContain('12000 added')
})

test('openings without proof are listed with their campaigns', async () => {
  expect((await run('cards', 'unproven', 'cardshop')).out).toBe('no opening is without proof\n')
  const stock = await aStock(services, merchant)
  await aCampaign(services, stock, { kind: 'card_open', slug: 'gift' })
  const activeAt = new Date(Date.now() - 700_000)
  const card = { source: 'landing', cardId: 'pGold', cardCode: '4711', openid: 'oNew', activeAt } as const
  await recordCard(services, merchant, card)
  expect((await run('cards', 'unproven', 'cardshop')).out).toBe(
    `pGold 4711 of oNew: active since ${activeAt.toISOString()}, for gift\n`,
  )
  expect(JSON.parse((await run('cards', 'unproven', 'cardshop', '--json')).out)).toEqual([
    {
      openid: 'oNew',
      card_id: 'pGold',
      card_code: '4711',
      source: 'landing',
      active_at: activeAt.toISOString(),
      campaigns: ['gift'],
    },
  ])
  expect((await run('cards', 'unproven', 'nobody')).err).toBe('there is no merchant nobody\n')
})
