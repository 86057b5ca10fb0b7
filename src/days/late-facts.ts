import { sql } from 'kysely'
import { shownDay } from '../plumbing/calendar-day.ts'
import { daysBefore } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { type Difference, type Evidence, type Figure, mostEvidence } from './sheet.ts'
import { type WholeDay, wholeDay } from '../plumbing/whole-day.ts'

/** WeChat's bills reach three months back (docs/wechat/bills.md 1). */
const reachDays = 100

type Late = Figure & { evidence: Evidence[] }

/**
 * What became known on this day about days that were signed by then. A signed day is never compared again, so it stands
 * here: uses of coupons, payments and refunds.
 */
export async function lateFacts(db: Db, merchantId: number, day: WholeDay): Promise<Difference[]> {
  const signed = await db
    .selectFrom('days as d')
    .innerJoin('day_signatures as s', 's.day_id', 'd.id')
    .select(['d.day', 's.signed_at'])
    .where('d.merchant_id', '=', merchantId)
    .where('d.day', '<', day.day)
    .where('s.signed_at', '>', daysBefore(day.start, reachDays))
    .where('s.signed_at', '<', day.end)
    .where('s.reopened_at', 'is', null)
    .orderBy('d.day')
    .execute()
  const differences: Difference[] = []
  for (const one of signed) {
    const after = one.signed_at > day.start ? one.signed_at : day.start
    for (const of of ['used', 'payments', 'refunds'] as const) {
      const late = await lateOf(db, of, { merchantId, day: wholeDay(one.day), after, before: day.end })
      if (late.count === 0) continue
      const words = `became known after ${shownDay(one.day)} was signed`
      differences.push({ key: `late/${one.day}/${of}`, of, cause: 'late_file', words, ...late })
    }
  }
  return differences
}

type Asked = { merchantId: number; day: WholeDay; after: Date; before: Date }

async function lateOf(db: Db, of: 'used' | 'payments' | 'refunds', asked: Asked): Promise<Late> {
  const { table, at, known, fen, names } = columns[of]
  const { rows } = await sql<Late>`
    with late as (
      select *, row_number() over (order by id) as nth from ${sql.table(table)}
      where merchant_id = ${asked.merchantId} and ${sql.ref(at)} >= ${asked.day.start} and ${sql.ref(at)} < ${asked.day.end}
        and ${sql.ref(known)} > ${asked.after} and ${sql.ref(known)} < ${asked.before}
    )
    select count(*)::integer as count, coalesce(sum(${sql.ref(fen)}), 0)::bigint as fen,
      coalesce(json_agg(${names}) filter (where nth <= ${mostEvidence}), '[]') as evidence
    from late`.execute(db)
  return { ...rows[0]!, fen: Number(rows[0]!.fen) }
}

const columns = {
  used: {
    table: 'redemptions',
    at: 'used_at',
    known: 'told_at',
    fen: 'amount',
    names: sql`json_build_object('coupon_id', coupon_id, 'transaction_id', transaction_id, 'told_by', source, 'told_at', told_at)`,
  },
  payments: {
    table: 'payments',
    at: 'paid_at',
    known: 'created_at',
    fen: 'total',
    names: sql`json_build_object('transaction_id', transaction_id, 'told_by', source, 'known_at', created_at)`,
  },
  refunds: {
    table: 'refunds',
    at: 'refunded_at',
    known: 'created_at',
    fen: 'refund',
    names: sql`json_build_object('transaction_id', transaction_id, 'refund_id', refund_id, 'known_at', created_at)`,
  },
}
