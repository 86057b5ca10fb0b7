import { sql } from 'kysely'
import { beijingDay } from '../../src/plumbing/clock.ts'
import type { TillDays } from './till-days.ts'

/** Coupons sent, used and given back, by stock and Beijing day: `20261110 16000001 used` → how many, and fen. */
export type Figures = Record<string, { count: number; fen: number }>

/** What the sandbox's WeChat knows of its orders and coupons. */
export function figuresOfWechat({ shop }: TillDays): Figures {
  const { control } = shop.sandbox
  const figures: Figures = {}
  const add = (at: string, stockId: string, what: string, fen: number) => {
    const figure = (figures[`${beijingDay(new Date(at))} ${stockId} ${what}`] ??= { count: 0, fen: 0 })
    figure.count += 1
    figure.fen += fen
  }
  for (const { createdAt, stockId } of control.coupons())
    add(createdAt, stockId, 'sent', control.stock(stockId).coupon_amount)
  for (const { paidAt, promotions, refunds, total } of control.orders()) {
    let left = total
    const last = refunds.find(({ refund }) => (left -= refund) <= 0)
    for (const { stock_id, amount } of promotions) {
      add(paidAt!, stock_id, 'used', amount)
      if (last) add(last.at, stock_id, 'returned', amount)
    }
  }
  return figures
}

type Row = { day: string; stock_id: string; what: string; count: number; fen: number }

function figuresOf(rows: Row[]): Figures {
  return Object.fromEntries(
    rows.map(({ day, stock_id, what, count, fen }) => [`${day} ${stock_id} ${what}`, { count, fen: Number(fen) }]),
  )
}

/** What our ledger says. */
export async function figuresOfLedger({ shop }: TillDays): Promise<Figures> {
  const day = (column: string) => sql.raw(`to_char(${column} at time zone 'Asia/Shanghai', 'YYYYMMDD')`)
  const { rows } = await sql<Row>`
    select ${day('c.settled_at')} as day, s.stock_id, 'sent' as what, count(*)::integer as count,
      sum(s.coupon_amount)::bigint as fen
    from coupons c join stocks s on s.id = c.stock_ref where c.state = 'sent' group by 1, 2
    union all
    select ${day('used_at')}, stock_id, 'used', count(*)::integer, sum(amount)::bigint from redemptions group by 1, 2
    union all
    select ${day('returned_at')}, stock_id, 'returned', count(*)::integer, sum(amount)::bigint from redemptions
    where returned_at is not null group by 1, 2`.execute(shop.services.db)
  return figuresOf(rows)
}

/** What the flow files say that were fetched. */
export async function figuresOfFlows({ shop }: TillDays): Promise<Figures> {
  const { rows } = await sql<Row>`
    select f.day, f.stock_id, case f.kind when 'use_flow' then 'used' else 'returned' end as what,
      sum(s.redemptions)::integer as count, sum(s.redemptions_fen)::bigint as fen
    from wechat_files f join wechat_file_shares s on s.file_id = f.id
    where f.kind <> 'trade_bill' and f.imported_at is not null
    group by 1, 2, 3`.execute(shop.services.db)
  return figuresOf(rows)
}

/** Those of these words up to this day. */
export function upTo(day: string, figures: Figures, ...words: string[]): Figures {
  const wanted = (name: string) => name.slice(0, 8) <= day && words.some((word) => name.endsWith(word))
  return Object.fromEntries(Object.entries(figures).filter(([name]) => wanted(name)))
}
