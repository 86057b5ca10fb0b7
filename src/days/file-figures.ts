import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { FileKind } from '../plumbing/storage/schema.ts'
import type { Figure } from './sheet.ts'

/**
 * The files of a kind and a day that were read or are known to be empty, as SQL. One that a person downloaded counts only
 * where the number's own keys got none: the two may have the same rows.
 */
export function readFiles(kind: FileKind, day: string): RawBuilder<unknown> {
  return sql`(
    select distinct on (mchid, coalesce(stock_id, '')) id, mchid, stock_id, state, rows
    from wechat_files
    where kind = ${kind} and day = ${day}
      and ((state = 'kept' and imported_at is not null)
        or (state = 'none' and reason is distinct from 'places_no_orders'))
    order by mchid, coalesce(stock_id, ''), (origin = 'wechat' and state = 'kept') desc, (state = 'kept') desc, id
  )`
}

/** What the flows of these stocks have for the merchant; undefined where a stock's flow was not read. */
export async function flowFigure(
  db: Db,
  about: { merchantId: number; day: string; kind: 'use_flow' | 'refund_flow'; stockIds: string[] },
): Promise<Figure | undefined> {
  const { rows } = await sql<{ files: number; count: number; fen: number }>`
    select count(distinct f.stock_id)::integer as files, coalesce(sum(s.redemptions), 0)::integer as count,
      coalesce(sum(s.redemptions_fen), 0)::bigint as fen
    from ${readFiles(about.kind, about.day)} f
    left join wechat_file_shares s on s.file_id = f.id and s.merchant_id = ${about.merchantId}
    where f.stock_id = any(${about.stockIds})`.execute(db)
  const { files, count, fen } = rows[0]!
  return files === 0 || files < about.stockIds.length ? undefined : { count, fen: Number(fen) }
}
