import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { DifferenceCause } from '../plumbing/storage/schema.ts'
import { isNobodysHere } from './foreign-uses.ts'
import { flowFigure } from './file-figures.ts'
import { type Compared, type Difference, type Evidence, type Figure, mostEvidence } from './sheet.ts'
import type { DayStock } from './stocks-of-day.ts'
import type { WholeDay } from '../plumbing/whole-day.ts'

/** Why a use counts at WeChat and not with us; `plain`: it counts on both sides. */
type UseKind = 'plain' | 'used_after_refund' | 'foreign_sender' | 'lost_answer'

/** `flowed`: those of the stocks whose flows are compared. */
type Uses = Figure & { kind: UseKind; evidence: Evidence[]; flowed: number; flowed_fen: number }

const words: Record<Exclude<UseKind, 'plain'>, string> = {
  used_after_refund: 'coupons used once more after their order, or the payment that earned them, was given back',
  foreign_sender: 'used coupons of our stocks that we have not sent',
  lost_answer: 'used coupons that we sent without getting the answer',
}

/**
 * Coupons used: with us each sent coupon counts once and only while its grant stands; in WeChat's use flows every use
 * counts, whoever sent the coupon; in the payments that we know, the coupons that they name.
 */
export async function compareUses(db: Db, merchantId: number, stocks: DayStock[], day: WholeDay): Promise<Compared> {
  const stockIds = stocks.map((stock) => stock.stock_id)
  const uses = await usesOfDay(db, merchantId, stockIds, day)
  const wechat = await flowFigure(db, { merchantId, day: day.day, kind: 'use_flow', stockIds })
  const payments = await couponsOfPayments(db, merchantId, stockIds, day)
  const plain = uses.find(({ kind }) => kind === 'plain') ?? { count: 0, fen: 0 }
  const differences = uses.flatMap(({ kind, evidence, count, fen }): Difference[] =>
    kind === 'plain'
      ? []
      : [{ key: `used/${kind}`, of: 'used', cause: kind, words: words[kind], count, fen, evidence }],
  )
  const known = uses.reduce((sum, one) => ({ count: sum.count + one.flowed, fen: sum.fen + one.flowed_fen }), none)
  if (wechat) differences.push(...(await rest(db, merchantId, day, wechat, known)))
  const ledger = { count: plain.count, fen: plain.fen }
  return { line: { of: 'used', ledger, ...(wechat && { wechat }), payments }, differences }
}

const none: Figure = { count: 0, fen: 0 }

async function usesOfDay(db: Db, merchantId: number, stockIds: string[], { start, end }: WholeDay): Promise<Uses[]> {
  const { rows } = await sql<Uses>`
    with uses as (
      select r.id, r.coupon_id, r.transaction_id, r.stock_id, r.source, r.used_at, c.grant_id, g.refunded_at,
        coalesce(r.amount, s.coupon_amount, 0) as fen,
        case
          when ${isNobodysHere} then
            case when exists (
              select 1 from payments p join coupons lc on lc.merchant_id = p.merchant_id and lc.openid = p.openid
                and lc.stock_ref = s.id and lc.state <> 'sent' and lc.doubt_since is not null
              where p.merchant_id = r.merchant_id and p.transaction_id = r.transaction_id
            ) then 'lost_answer' else 'foreign_sender' end
          when g.refunded_at <= r.used_at or exists (
            select 1 from redemptions e where e.merchant_id = r.merchant_id and e.coupon_id = r.coupon_id
              and e.id <> r.id and e.returned_at is not null and e.used_at < r.used_at
          ) then 'used_after_refund'
          else 'plain'
        end as kind
      from redemptions r
      left join coupons c on c.id = r.coupon_row
      left join grants g on g.id = c.grant_id
      left join stocks s on s.merchant_id = r.merchant_id and s.stock_id = r.stock_id
      where r.merchant_id = ${merchantId} and r.used_at >= ${start} and r.used_at < ${end}
    ), listed as (
      select *, row_number() over (partition by kind order by id) as nth from uses
    )
    select kind, count(*)::integer as count, sum(fen)::bigint as fen,
      count(*) filter (where stock_id = any(${stockIds}))::integer as flowed,
      coalesce(sum(fen) filter (where stock_id = any(${stockIds})), 0)::bigint as flowed_fen,
      coalesce(json_agg(json_build_object('stock_id', stock_id, 'coupon_id', coupon_id, 'transaction_id', transaction_id,
        'used_at', used_at, 'told_by', source, 'grant', grant_id, 'grant_refunded_at', refunded_at) order by id)
        filter (where kind <> 'plain' and nth <= ${mostEvidence}), '[]') as evidence
    from listed group by kind order by kind`.execute(db)
  return rows.map((row) => ({ ...row, fen: Number(row.fen), flowed_fen: Number(row.flowed_fen) }))
}

/** What the flows have beyond every use of their stocks that we know, or lack of it. */
async function rest(db: Db, merchantId: number, day: WholeDay, wechat: Figure, known: Figure): Promise<Difference[]> {
  const beyond = { count: wechat.count - known.count, fen: wechat.fen - known.fen }
  if (beyond.count === 0 && beyond.fen === 0) return []
  const cause: DifferenceCause = 'unknown'
  const lacking = await notByFlow(db, merchantId, day)
  const said =
    beyond.count < 0 ? 'uses that WeChat’s flow does not have' : 'the flow has more than became known from it'
  return [{ key: 'used/rest', of: 'used', cause, words: said, ...beyond, evidence: lacking }]
}

async function notByFlow(db: Db, merchantId: number, { start, end }: WholeDay): Promise<Evidence[]> {
  const rows = await db
    .selectFrom('redemptions')
    .select(['stock_id', 'coupon_id', 'transaction_id', 'source as told_by', 'used_at'])
    .where('merchant_id', '=', merchantId)
    .where('used_at', '>=', start)
    .where('used_at', '<', end)
    .where('source', '<>', 'flow')
    .orderBy('id')
    .limit(mostEvidence)
    .execute()
  return rows.map(({ used_at, ...row }) => ({ ...row, used_at: used_at?.toISOString() ?? null }))
}

async function couponsOfPayments(db: Db, merchantId: number, stockIds: string[], { start, end }: WholeDay) {
  const { rows } = await sql<{ count: number; fen: number }>`
    select count(*)::integer as count, coalesce(sum((one->>'amount')::bigint), 0)::bigint as fen
    from payments p cross join lateral jsonb_array_elements(p.promotions) one
    where p.merchant_id = ${merchantId} and p.paid_at >= ${start} and p.paid_at < ${end}
      and one->>'stock_id' = any(${stockIds})`.execute(db)
  return { count: rows[0]!.count, fen: Number(rows[0]!.fen) }
}
