import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const tables = ['grants', 'coupons', 'slots']
/** Brings data of release 0.1 up to date where a migration cannot: it needs the master key. Nothing calls it after that. */
const upgrade = join('src', 'merchants', 'member-keys.ts')

/** What an insert, update or delete of one of these tables looks like, in Kysely's words and in SQL. */
function writes(table: string): RegExp {
  const kysely = String.raw`\b(insertInto|updateTable|deleteFrom|mergeInto|replaceInto)\(\s*['"\`]${table}\b`
  const plain = String.raw`\b(insert\s+into|update(\s+only)?|delete\s+from|merge\s+into|truncate(\s+table)?)\s+${table}\b`
  return new RegExp(`${kysely}|${plain}`, 'i')
}

function sources(): { file: string; text: string }[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  return files.map((file) => ({ file: join('src', file), text: readFileSync(join('src', file), 'utf8') }))
}

const isLedger = (file: string) => file.startsWith(join('src', 'ledger', ''))

test.each(tables)('only the ledger writes %s', (table) => {
  const writers = sources().filter(({ text }) => writes(table).test(text))
  expect(writers.filter(({ file }) => isLedger(file)).length).toBeGreaterThan(1)
  expect(writers.map(({ file }) => file).filter((file) => !isLedger(file) && file !== upgrade)).toEqual([])
})

test.each([
  `db\n  .updateTable('coupons').set({ state })`,
  `trx.deleteFrom('coupons as c')`,
  'sql`update coupons c set state = 1`',
  'sql`with x as (delete from\n coupons returning id) select`',
])('a planted write is found: %s', (text) => {
  expect(writes('coupons').test(text)).toBe(true)
})

test.each([`db.selectFrom('coupons').forUpdate()`, 'for update of coupons_seen', `insertInto('coupon_notes')`])(
  'what writes nothing is not one: %s',
  (text) => {
    expect(writes('coupons').test(text)).toBe(false)
  },
)
