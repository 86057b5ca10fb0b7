import { sql } from 'kysely'
import { likeWords } from '../plumbing/storage/like-words.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { merchantsFor, type Person } from './rights/person.ts'

/** More people than any shop has; who has more sees the first. */
const staffAtMost = 500

/**
 * Everybody who has a role in a place whose staff the person manages. `name`: only those who have it in their name or
 * e-mail.
 */
export function staffOf(db: Db, person: Person, name = '') {
  const merchants = merchantsFor(person, 'manage_staff')
  return db
    .selectFrom('memberships as m')
    .innerJoin('operators as o', 'o.id', 'm.operator_id')
    .leftJoin('merchants as s', 's.id', 'm.merchant_id')
    .select([
      'm.id',
      'm.operator_id',
      'm.role',
      'm.since',
      'm.given_by',
      'm.provider_mchid',
      's.slug',
      's.name as merchant',
    ])
    .select(['o.email', 'o.name'])
    .select((is) => is('o.totp_sealed', 'is not', null).as('isSetUp'))
    .select((is) =>
      is
        .selectFrom('operator_devices as d')
        .select((of) => of.fn.max('d.seen_at').as('seen'))
        .whereRef('d.operator_id', '=', 'o.id')
        .as('lastSignIn'),
    )
    .where('m.ended_at', 'is', null)
    .$if(merchants !== 'all', (query) => query.where('m.merchant_id', 'in', listed(merchants)))
    .$if(name !== '', (query) => query.where(sql`lower(o.name || ' ' || o.email)`, 'like', likeWords(name)))
    .orderBy('o.email')
    .orderBy('m.id')
    .limit(staffAtMost)
    .execute()
}

/** Invitations that wait for an answer in those places. */
export function invitationsOf(db: Db, person: Person, now: Date) {
  const merchants = merchantsFor(person, 'manage_staff')
  return db
    .selectFrom('operator_links as l')
    .leftJoin('merchants as s', 's.id', 'l.merchant_id')
    .select(['l.id', 'l.email', 'l.role', 'l.ends_at', 'l.made_by', 'l.provider_mchid', 's.name as merchant'])
    .where('l.purpose', '=', 'invite')
    .where('l.email', 'is not', null)
    .where('l.used_at', 'is', null)
    .where('l.ends_at', '>', now)
    .$if(merchants !== 'all', (query) => query.where('l.merchant_id', 'in', listed(merchants)))
    .orderBy('l.id', 'desc')
    .limit(staffAtMost)
    .execute()
}

/** SQL has no empty list; no row has this number. */
function listed(merchants: 'all' | number[]): number[] {
  return merchants === 'all' || merchants.length === 0 ? [0] : merchants
}

/** A place of which the person manages the staff, with the text by which a form names it. */
export type PlaceToGive = { value: string; text: string }

/** The places for which the person may invite. */
export async function placesToGive(db: Db, person: Person): Promise<PlaceToGive[]> {
  const merchants = merchantsFor(person, 'manage_staff')
  const shops = await db
    .selectFrom('merchants')
    .select(['slug', 'name'])
    .$if(merchants !== 'all', (query) => query.where('id', 'in', listed(merchants)))
    .orderBy('name')
    .limit(staffAtMost)
    .execute()
  const ofShops = shops.map(({ slug, name }) => ({ value: `merchant:${slug}`, text: name }))
  if (merchants !== 'all') return ofShops
  const numbers = await db
    .selectFrom('accounts')
    .select('mchid')
    .distinct()
    .where('role', '=', 'provider')
    .orderBy('mchid')
    .limit(staffAtMost)
    .execute()
  const ofNumbers = numbers.map(({ mchid }) => ({ value: `provider:${mchid}`, text: `服务商号 ${mchid}` }))
  return [{ value: 'all', text: '全部商户' }, ...ofShops, ...ofNumbers]
}
