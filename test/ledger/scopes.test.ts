import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { kinds } from '../../src/ledger/limits/kinds.ts'
import { isScopeInSql, scopeInSql, scopeOf } from '../../src/ledger/limits/scopes.ts'
import { openTestServices } from '../support/services.ts'

const facts = { campaign: 3, mark: 'a1b2', day: '20261123', tier: 5_000 }

test('each kind of limit names its scopes in its own way', () => {
  expect(kinds.map(({ name }) => scopeOf(name, facts))).toEqual([
    'campaign/3/member/a1b2',
    'campaign/3/member/a1b2/20261123',
    'campaign/3/tier/5000',
    'campaign/3/total',
    'campaign/3/day/20261123',
  ])
  expect(scopeOf('stock', { stock: 7, mark: 'a1b2' })).toBe('stock/7/member/a1b2')
})

test('PostgreSQL spells and recognises them alike', async () => {
  await using services = await openTestServices({ redis: false })
  const inSql = { campaign: sql`3::bigint`, mark: sql`'a1b2'::text`, day: '20261123', tier: sql`5000::integer` }
  for (const { name } of kinds) {
    const scope = scopeOf(name, facts)
    const strangers = [
      ...kinds.filter((other) => other.name !== name).map((other) => scopeOf(other.name, facts)),
      scopeOf(name, { ...facts, campaign: 31 }),
    ]
    const { rows } = await sql`
      select ${scopeInSql(name, inSql)} as spelled, array(
        select scope from unnest(${[scope, ...strangers]}::text[]) scope
        where ${isScopeInSql(sql`scope`, name, { campaign: 3 })}) as recognised`.execute(services.db)
    expect(rows).toEqual([{ spelled: scope, recognised: [scope] }])
  }
})
