import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/** Digits and letters without those that look like another: no 0, 1, I, L, O. There are 31, a prime. */
const alphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
const size = alphabet.length
/** So many tell the member; one more checks them. */
const telling = 7
const tellable = size ** telling
/** Hex digits of the hash in the index of migration 0018: a little more than the seven can tell. */
const hashDigits = 9
const hashes = 16 ** hashDigits

/**
 * The 客服编号 of a member at a merchant, which they read out on the phone: `8K3M-27QD`. It is of the member and not of a
 * grant, because who got nothing has one as well. It is computed from the openid by a hash, so every member has it at
 * once and it tells nothing: neither the openid nor what another merchant calls the same person.
 */
export function supportNumber(merchantId: number, openid: string): string {
  const hash = createHash('sha256').update(`${merchantId} ${openid}`).digest('hex').slice(0, hashDigits)
  const digits = digitsOf(Number.parseInt(hash, 16) % tellable)
  const text = [...digits, checkOf(digits)].map((digit) => alphabet[digit]).join('')
  return `${text.slice(0, 4)}-${text.slice(4)}`
}

/**
 * The openids of the merchant's members with this number, of those who were here: as a rule one. Spaces, dashes and small
 * letters do not matter; undefined when the text is no such number, as after one wrong or two swapped letters.
 *
 * @internal Only tests ask it as long as the console has no search.
 */
export async function membersOfNumber(db: Db, merchantId: number, text: string): Promise<string[] | undefined> {
  const value = valueOf(text)
  if (value === undefined) return undefined
  const prefixes: string[] = []
  for (let hash = value; hash < hashes; hash += tellable) prefixes.push(hash.toString(16).padStart(hashDigits, '0'))
  const { rows } = await sql<{ openid: string }>`
    select openid from members where merchant_id = ${merchantId}
      and left(encode(sha256((merchant_id::text || ' ' || openid)::bytea), 'hex'), ${sql.lit(hashDigits)}) in (${sql.join(prefixes)})
    order by last_seen_at desc limit 10`.execute(db)
  return rows.map(({ openid }) => openid)
}

function valueOf(text: string): number | undefined {
  const digits = Array.from(text.toUpperCase().replaceAll(/[\s-]/g, ''), (letter) => alphabet.indexOf(letter))
  const check = digits.pop()
  if (digits.length !== telling || digits.includes(-1) || check !== checkOf(digits)) return undefined
  return digits.reduce((value, digit) => value * size + digit, 0)
}

function digitsOf(value: number): number[] {
  return Array.from({ length: telling }, (_, nth) => Math.floor(value / size ** (telling - 1 - nth)) % size)
}

/** Weights that differ, modulo a prime: one wrong letter, and two swapped ones, change it. */
function checkOf(digits: number[]): number {
  return digits.reduce((sum, digit, nth) => sum + digit * (nth + 1), 0) % size
}
