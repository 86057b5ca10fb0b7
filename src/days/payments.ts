import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { readFiles } from './file-figures.ts'
import { type Compared, type Difference, type Evidence, type Figure, mostEvidence } from './sheet.ts'
import type { WholeDay } from '../plumbing/whole-day.ts'

/**
 * Payments and refunds: those that we know of the day against the bills. Refunds are only shown side by side: a bill has a
 * refund on the day on which it was asked for, we have it on the day on which the money went back.
 */
export async function comparePayments(
  db: Db,
  merchantId: number,
  mchids: string[],
  day: WholeDay,
): Promise<[payments: Compared, refunds: Compared]> {
  const billed = await billFigures(db, merchantId, mchids, day.day)
  const ledger = await paymentsOfDay(db, merchantId, day)
  const refunds = await refundsOfDay(db, merchantId, day)
  const isBilled = billed.numbers.length > 0
  const covered = await paymentsOfDay(db, merchantId, day, { mchids: billed.numbers, as: ['mchid', 'sub_mchid'] })
  const placed = await paymentsOfDay(db, merchantId, day, { mchids: billed.numbers, as: ['mchid'] })
  // An order that a provider placed is in the provider's bill alone, one of a combined order also in the payee's.
  const beyondPlaced = lessOf(billed.payments, placed)
  const beyond = isNone(beyondPlaced) ? beyondPlaced : lessOf(billed.payments, covered)
  const notes =
    billed.aside > 0 ? [`${billed.aside} rows of the bills are not ours or not joined: shown, not counted`] : []
  const differences = isBilled && !isNone(beyond) ? [await beyondOurs(db, merchantId, day, beyond)] : []
  return [
    { line: { of: 'payments', ledger, ...(isBilled && { wechat: billed.payments }) }, differences, notes },
    { line: { of: 'refunds', ledger: refunds, ...(isBilled && { wechat: billed.refunds }) }, differences: [] },
  ]
}

function lessOf(billed: Figure, known: Figure): Figure {
  return { count: billed.count - known.count, fen: billed.fen - known.fen }
}

function isNone({ count, fen }: Figure): boolean {
  return count === 0 && fen === 0
}

async function beyondOurs(db: Db, merchantId: number, { start, end }: WholeDay, beyond: Figure): Promise<Difference> {
  const rows = await db
    .selectFrom('payments')
    .select(['transaction_id', 'out_trade_no', 'mchid', 'sub_mchid', 'total', 'source as told_by', 'paid_at'])
    .where('merchant_id', '=', merchantId)
    .where('paid_at', '>=', start)
    .where('paid_at', '<', end)
    .where('source', '=', 'event')
    .where('confirmed_at', 'is', null)
    .orderBy('id')
    .limit(mostEvidence)
    .execute()
  const evidence = rows.map(({ paid_at, ...row }): Evidence => ({ ...row, paid_at: paid_at.toISOString() }))
  const words =
    beyond.count < 0
      ? 'payments that the bills do not have; listed are those that only an event told of'
      : beyond.count > 0
        ? 'the bills have more payments than we know'
        : 'the sums differ'
  return { key: 'payments/rest', of: 'payments', cause: 'unknown', words, ...beyond, evidence }
}

async function billFigures(db: Db, merchantId: number, mchids: string[], day: string) {
  const { rows } = await sql<
    Record<'payments' | 'payments_fen' | 'refunds' | 'refunds_fen' | 'aside' | 'aside_fen' | 'aside_all', number> & {
      mchid: string
    }
  >`
    select f.mchid, coalesce(s.payments, 0)::integer as payments, coalesce(s.payments_fen, 0)::bigint as payments_fen,
      coalesce(s.refunds, 0)::integer as refunds, coalesce(s.refunds_fen, 0)::bigint as refunds_fen,
      coalesce(s.aside_payments - a.rows, 0)::integer as aside, coalesce(s.aside_fen - a.fen, 0)::bigint as aside_fen,
      coalesce(s.set_aside, 0)::integer as aside_all
    from ${readFiles('trade_bill', day)} f
    left join wechat_file_shares s on s.file_id = f.id and s.merchant_id = ${merchantId}
    left join lateral (
      select count(*) as rows, coalesce(sum(r.fen), 0) as fen
      from wechat_file_rows r join payments p on p.merchant_id = r.merchant_id and p.transaction_id = r.transaction_id
      where r.file_id = f.id and r.merchant_id = ${merchantId} and r.cause <> 'refund_pending'
    ) a on true
    where f.mchid = any(${mchids})`.execute(db)
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((all, row) => all + Number(of(row)), 0)
  return {
    numbers: rows.map(({ mchid }) => mchid),
    payments: {
      count: sum((r) => r.payments) - sum((r) => r.aside),
      fen: sum((r) => r.payments_fen) - sum((r) => r.aside_fen),
    },
    refunds: { count: sum((r) => r.refunds), fen: sum((r) => r.refunds_fen) },
    aside: sum((r) => r.aside_all),
  }
}

type Of = { mchids: string[]; as: ('mchid' | 'sub_mchid')[] }

/** All of the day, or those of these numbers as the one that placed them or was paid by them. */
async function paymentsOfDay(db: Db, merchantId: number, { start, end }: WholeDay, of?: Of): Promise<Figure> {
  const { count, fen } = await db
    .selectFrom('payments')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.sum<number>('total').as('fen')])
    .where('merchant_id', '=', merchantId)
    .where('paid_at', '>=', start)
    .where('paid_at', '<', end)
    .$if(of !== undefined, (query) =>
      query.where((eb) => eb.or(of!.as.map((column) => eb(column, '=', eb.fn.any(eb.val(of!.mchids)))))),
    )
    .executeTakeFirstOrThrow()
  return { count: Number(count), fen: Number(fen ?? 0) }
}

async function refundsOfDay(db: Db, merchantId: number, { start, end }: WholeDay): Promise<Figure> {
  const { count, fen } = await db
    .selectFrom('refunds')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.sum<number>('refund').as('fen')])
    .where('merchant_id', '=', merchantId)
    .where('refunded_at', '>=', start)
    .where('refunded_at', '<', end)
    .executeTakeFirstOrThrow()
  return { count: Number(count), fen: Number(fen ?? 0) }
}
