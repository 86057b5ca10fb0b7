import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { rememberMember } from '../../src/members/members.ts'
import { membersOfNumber, supportNumber } from '../../src/members/support-number.ts'
import { aMerchant } from '../support/builders.ts'
import { servicesOfFile } from '../support/services.ts'

const services = await servicesOfFile({ redis: false })
const { db, clock } = services
const [shop, mall] = [
  (await aMerchant(services, { slug: 'shop' })).id,
  (await aMerchant(services, { slug: 'mall' })).id,
]
const openid = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'
await rememberMember(db, { merchantId: shop, openid, at: clock.now() })
const number = supportNumber(shop, openid)

test('a member has one number at a merchant, and another at the next', () => {
  expect(number).toMatch(/^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/)
  expect(supportNumber(shop, openid)).toBe(number)
  expect(supportNumber(mall, openid)).not.toBe(number)
})

test('the number finds the member at this merchant only, however it is written', async () => {
  expect(await membersOfNumber(db, shop, number)).toEqual([openid])
  expect(await membersOfNumber(db, shop, ` ${number.toLowerCase().replace('-', ' ')} `)).toEqual([openid])
  expect(await membersOfNumber(db, mall, number)).toEqual([])
})

test('every number of ten thousand members is found again', async () => {
  const many = Array.from({ length: 10_000 }, (_, nth) => `o${String(nth).padStart(27, '0')}`)
  await sql`insert into members (merchant_id, openid, first_seen_at, last_seen_at)
    select ${mall}, openid, now(), now() from unnest(${many}::text[]) openid`.execute(db)
  for (const one of many.filter((_, nth) => nth % 250 === 0))
    expect(await membersOfNumber(db, mall, supportNumber(mall, one))).toContain(one)
})

test('one wrong letter and two swapped ones are noticed', async () => {
  const letters = Array.from(number.replace('-', ''))
  for (const [nth, letter] of letters.entries()) {
    const wrong = letters.with(nth, letter === 'K' ? 'M' : 'K').join('')
    expect(await membersOfNumber(db, shop, wrong)).toBeUndefined()
    const next = letters[nth + 1]
    if (next === undefined || next === letter) continue
    const swapped = letters
      .with(nth, next)
      .with(nth + 1, letter)
      .join('')
    expect([swapped, await membersOfNumber(db, shop, swapped)]).toEqual([swapped, undefined])
  }
  expect(await membersOfNumber(db, shop, 'what a nice day')).toBeUndefined()
})

test('it is looked up in an index, also among many members', async () => {
  await sql`analyze members`.execute(db)
  const { rows } = await sql<{ 'QUERY PLAN': string }>`explain select openid from members where merchant_id = ${mall}
    and left(encode(sha256((merchant_id::text || ' ' || openid)::bytea), 'hex'), 9) in ('0123456789', '1')`.execute(db)
  expect(JSON.stringify(rows)).toContain('members_support_number')
})
