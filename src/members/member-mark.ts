import { createHash, createHmac } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Merchant } from '../merchants/merchant.ts'
import type { Secret } from '../secret.ts'

/** 128 bits: no two members of a merchant ever share a mark. */
const markLength = 32

/**
 * What stands for a member in scopes and trigger keys instead of the openid: HMAC-SHA256 under the merchant's own key, 32
 * hex digits. So a person can be erased from every table and stays, for the limits, the same one.
 */
export function memberMark(merchant: Pick<Merchant, 'memberKey'>, openid: string): string {
  return createHmac('sha256', merchant.memberKey.reveal()).update(openid).digest('hex').slice(0, markLength)
}

const blockBytes = 64

/** The same mark, computed by PostgreSQL of a column that holds openids (HMAC by RFC 2104, from its own sha256). */
export function memberMarkInSql(memberKey: Secret, openid: RawBuilder<unknown>): RawBuilder<string> {
  const key = Buffer.from(memberKey.reveal())
  const block = Buffer.concat([key.length > blockBytes ? createHash('sha256').update(key).digest() : key], blockBytes)
  const inner = block.map((byte) => byte ^ 0x36)
  const outer = block.map((byte) => byte ^ 0x5c)
  const bytea = (bytes: Uint8Array) => sql`decode(${Buffer.from(bytes).toString('hex')}, 'hex')`
  return sql<string>`left(encode(sha256(${bytea(outer)} || sha256(${bytea(inner)} || convert_to(${openid}, 'UTF8'))), 'hex'), ${sql.lit(markLength)})`
}
