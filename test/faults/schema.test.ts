import { readdir } from 'node:fs/promises'
import { type Migration, Migrator, sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { claim } from '../../src/claims/claim.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { type Db, openDatabase } from '../../src/plumbing/storage/database.ts'
import { migrate, schemaIsCurrent } from '../../src/plumbing/storage/migrate.ts'
import { createTestDatabase } from '../support/database.ts'
import { openShop } from '../support/shop.ts'
import { openTestServices } from '../support/services.ts'
import { until } from '../support/waiting.ts'
import { startSite } from '../support/site.ts'

const folder = new URL('../../migrations/', import.meta.url)
const names = (await readdir(folder)).map((file) => file.replace(/\.ts$/, '')).sort()

/** A new release brings its migrations to a database that has them up to `last`. */
async function bringTo(db: Db, last: string): Promise<void> {
  const load = async (name: string) => [name, (await import(new URL(`${name}.ts`, folder).href)) as Migration] as const
  const migrations = Object.fromEntries(await Promise.all(names.map(load)))
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } })
  const { error } = await migrator.migrateTo(last)
  if (error) throw error as Error
}

async function anEmptyDatabase(): Promise<{ db: Db; url: string }> {
  const { url, drop } = await createTestDatabase()
  const db = await openDatabase({ url, dataDir: '' })
  onTestFinished(async () => {
    await db.destroy()
    await drop()
  })
  return { db, url }
}

test('an empty database gets every migration, and a second time none', async () => {
  const { db } = await anEmptyDatabase()
  expect(await schemaIsCurrent(db)).toBe(false)
  expect(await migrate(db)).toEqual(names)
  expect(await migrate(db)).toEqual([])
  expect(await schemaIsCurrent(db)).toBe(true)
})

test('two processes that start together on an empty database do not disturb each other', async () => {
  const { db, url } = await anEmptyDatabase()
  const other = await openDatabase({ url, dataDir: '' })
  onTestFinished(() => other.destroy())
  const applied = await Promise.all([migrate(db), migrate(other)])
  expect(applied.flat().toSorted()).toEqual(names)
})

test.each(names.slice(0, -1))(
  'a database that stands at %s and has data comes to the newest and keeps it',
  async (name) => {
    const { db } = await anEmptyDatabase()
    await bringTo(db, name)
    expect(await schemaIsCurrent(db)).toBe(false)
    await sql`
    insert into merchants (slug, name, appid, app_secret_sealed, updated_at)
    values ('kept', '优购小店', 'wx0123456789abcdef', 'sealed', now())`.execute(db)
    const { rows: before } = await sql`select slug, name, appid, app_secret_sealed from merchants`.execute(db)
    expect(await migrate(db)).toEqual(names.slice(names.indexOf(name) + 1))
    const { rows: after } = await sql`select slug, name, appid, app_secret_sealed from merchants`.execute(db)
    expect(after).toEqual(before)
  },
)

test('cards and events of the release before stand as what they proved', async () => {
  const { db } = await anEmptyDatabase()
  await bringTo(db, '0003-ledger')
  const [opened, taken] = [new Date('2026-11-05T10:00:00+08:00'), new Date('2026-11-04T10:00:00+08:00')]
  await sql`
    insert into merchants (slug, name, appid, app_secret_sealed, updated_at)
    values ('kept', '优购小店', 'wx0123456789abcdef', 'sealed', now())`.execute(db)
  await sql`
    insert into card_openings (merchant_id, openid, card_id, card_code, source, opened_at)
    select 1, 'member', 'pCard', source, source, ${opened} from unnest(array['event', 'landing', 'oa']) as source`.execute(
    db,
  )
  const push = {
    Event: 'user_get_card',
    CardId: 'pCard',
    UserCardCode: 'oa',
    CreateTime: String(taken.getTime() / 1_000),
  }
  await sql`
    insert into inbox (merchant_id, source, business_key, body, received_at, due_at)
    values (1, 'oa', 'pushed', ${JSON.stringify(push)}, now(), now()),
           (1, 'events', 'evt-1', ${JSON.stringify({ type: 'card.opened', id: 'evt-1' })}, now(), now())`.execute(db)
  await migrate(db)
  const facts = ['card_code', 'taken_at', 'vouched_at', 'activated_at', 'active_at'] as const
  const unproven = { taken_at: null, vouched_at: null, activated_at: null, active_at: opened }
  expect(await db.selectFrom('card_openings').select(facts).orderBy('card_code').execute()).toEqual([
    { ...unproven, card_code: 'event', vouched_at: opened },
    { ...unproven, card_code: 'landing' },
    { ...unproven, card_code: 'oa', taken_at: taken },
  ])
  const keys = await db.selectFrom('inbox').select('business_key').orderBy('id').execute()
  expect(keys.map((row) => row.business_key)).toEqual(['pushed', 'card.opened/evt-1'])
})

test('a process on an older schema is not ready', async () => {
  const { db, url } = await anEmptyDatabase()
  await bringTo(db, names.at(-2) as string)
  await using services = await openTestServices({ redis: false, config: { databaseUrl: url } })
  await using site = await startSite(services)
  const readiness = async () => {
    const { status, text } = await site.operator().get('/readyz')
    return { status, ...(JSON.parse(text) as object) }
  }
  expect(await readiness()).toMatchObject({ status: 503, ready: false, database: true, schema: false })
  await migrate(db)
  // The answer of a moment ago is given again.
  await until(async () => (await readiness()).status === 200)
  expect(await readiness()).toMatchObject({ ready: true, schema: true })
})

test('a process of the release before goes on beside a newer schema', async () => {
  await using shop = await openShop({ wechat: 'sandbox' })
  const { services, merchant } = shop
  const { db } = services
  const campaign = await shop.campaign({ limits: { per_member: 1, total: 2 } })
  const tap = (id: string) => claim(services, { merchant, campaign, openid: shop.member(id), claimKey: id })
  expect(await tap('before')).toMatchObject({ status: 'sent' })

  // What a forward-only migration may do while older processes run: add.
  for (const table of ['grants', 'coupons', 'slots', 'campaigns', 'merchants', 'accounts', 'stocks'])
    await sql`alter table ${sql.table(table)} add column from_the_future text default 'x'`.execute(db)
  await sql`create table from_the_future (id bigint primary key)`.execute(db)
  await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', now()::text)`.execute(db)

  expect(await tap('after')).toMatchObject({ status: 'sent' })
  expect(await tap('late')).toMatchObject({ status: 'refused', reason: 'sold_out' })
  await using site = await startSite(services)
  expect((await site.operator().get('/readyz')).status).toBe(200)
  expect(await schemaIsCurrent(db)).toBe(true)
  expect(await prove(services)).toMatchObject({ ok: true, failures: [] })
})
