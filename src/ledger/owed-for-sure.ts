import { type Selectable, sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { outcomes } from './outcomes/outcomes.ts'
import type { CouponsTable } from '../plumbing/storage/schema.ts'
import { surelyNotSent } from './doubt.ts'

export type OwedRow = Pick<
  Selectable<CouponsTable>,
  'id' | 'stock_ref' | 'account_id' | 'place' | 'out_request_no' | 'due_at' | 'attempts' | 'reason'
>

/** What an operator may do something about, and what must be left alone. */
export type Owed = {
  surely: OwedRow[]
  /** Owed as well, but on its way, or some try of it may have arrived at WeChat. */
  doubted: number
}

/** Answers after which nothing can have arrived: WeChat refused, or was not asked. */
const nothingArrived = new Set(['rate_limited', 'unreachable', 'waiting_for_turn', 'user_month_cap'])
const mayHaveArrived = outcomes.filter((row) => row.verdict === 'later' && !nothingArrived.has(row.name))

/**
 * The owed coupons of a grant that were never in doubt, also not once and cleared up later: only these may be given up or
 * moved to another stock. Locked until the caller's transaction ends; a worker that looks meanwhile passes them by.
 */
export async function owedForSure(trx: Db, grantId: string): Promise<Owed> {
  const rows = await trx
    .selectFrom('coupons')
    .select(['id', 'stock_ref', 'account_id', 'place', 'out_request_no', 'due_at', 'attempts', 'reason'])
    .select(
      sql<boolean>`${surelyNotSent('coupons')} and doubt_ended_at is null and not exists (
      select from attempts a where a.coupon_row = coupons.id and a.outcome = any(${mayHaveArrived.map(({ name }) => name)}))`.as(
        'sure',
      ),
    )
    .where('grant_id', '=', grantId)
    .where('state', '=', 'reserved')
    .orderBy('ordinal')
    .forUpdate()
    .execute()
  const surely = rows.filter((row) => row.sure)
  return { surely, doubted: rows.length - surely.length }
}
