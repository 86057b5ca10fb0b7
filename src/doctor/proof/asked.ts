import { type RawBuilder, sql } from 'kysely'
import type { Merchant } from '../../merchants/merchant.ts'
import { markByPadsInSql, markPads } from '../../members/member-mark.ts'

/** The merchants whose ledger is proven. */
export type Asked = {
  merchants: Merchant[]
  /** As SQL: whether a row belongs to one of these merchants. */
  isOf(row: string): RawBuilder<boolean>
  /** As SQL, a common table `keys`, from which the marks of each merchant's members are computed. */
  keys: RawBuilder<unknown>
}

/** For queries about the whole ledger of several merchants at once. */
export function asking(merchants: Merchant[]): Asked {
  const ids = merchants.map(({ id }) => id)
  const pads = merchants.map(({ memberKey }) => markPads(memberKey))
  return {
    merchants,
    isOf: (row) => sql<boolean>`${sql.ref(`${row}.merchant_id`)} = any(${ids}::bigint[])`,
    keys: sql`keys as materialized (
      select merchant_id, decode(inner_pad, 'hex') as inner_pad, decode(outer_pad, 'hex') as outer_pad
      from unnest(${ids}::bigint[], ${pads.map(({ inner }) => inner)}::text[], ${pads.map(({ outer }) => outer)}::text[])
        as k (merchant_id, inner_pad, outer_pad))`,
  }
}

/** As SQL, the mark of an openid; the query must join the merchant's row of `keys`. */
export function markOf(openid: RawBuilder<unknown>): RawBuilder<string> {
  return markByPadsInSql({ inner: sql`keys.inner_pad`, outer: sql`keys.outer_pad` }, openid)
}
