import { createHash, createHmac } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Secret } from '../plumbing/secrets/secret.ts'

/** 128 bits: in practice no two members of a merchant share a mark. */
const markLength = 32

/**
 * The name of a member in scopes and trigger keys, instead of the openid: HMAC-SHA256 under the merchant's own key, 32
 * hex digits. So a person can be erased from every table, and the limits still recognise the same person.
 */
export function memberMark(merchant: { memberKey: Secret }, openid: string): string {
  return createHmac('sha256', merchant.memberKey.reveal()).update(openid).digest('hex').slice(0, markLength)
}

const blockBytes = 64

/** HMAC's two key blocks (RFC 2104), in hex: PostgreSQL needs them to compute marks with its own sha256. */
export type MarkPads = { inner: string; outer: string }

export function markPads(memberKey: Secret): MarkPads {
  const key = Buffer.from(memberKey.reveal())
  const block = Buffer.concat([key.length > blockBytes ? createHash('sha256').update(key).digest() : key], blockBytes)
  const padded = (pad: number) => Buffer.from(block.map((byte) => byte ^ pad)).toString('hex')
  return { inner: padded(0x36), outer: padded(0x5c) }
}

/** The same mark, computed by PostgreSQL from a column of openids. */
export function memberMarkInSql(memberKey: Secret, openid: RawBuilder<unknown>): RawBuilder<string> {
  const { inner, outer } = markPads(memberKey)
  return markByPadsInSql({ inner: sql`decode(${inner}, 'hex')`, outer: sql`decode(${outer}, 'hex')` }, openid)
}

/** The same, with the pads in columns of the query: for members of several merchants at once. */
export function markByPadsInSql(
  { inner, outer }: { inner: RawBuilder<unknown>; outer: RawBuilder<unknown> },
  openid: RawBuilder<unknown>,
): RawBuilder<string> {
  return sql<string>`left(encode(sha256(${outer} || sha256(${inner} || convert_to(${openid}, 'UTF8'))), 'hex'), ${sql.lit(markLength)})`
}
