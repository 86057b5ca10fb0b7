import { type Selectable, sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { outcomes } from './outcomes/outcomes.ts'
import type { CouponsTable } from '../plumbing/storage/schema.ts'
import { surelyNotSent } from './doubt.ts'

export type OwedRow = Pick<
  Selectable<CouponsTable>,
  'id' | 'stock_ref' | 'account_id' | 'place' | 'out_request_no' | 'due_at' | 'attempts' | 'reason'
>

/** The owed coupons that an operator may act on, and the number of those that must be left alone. */
export type Owed = {
  surely: OwedRow[]
  /** Also owed, but being sent now, or some try of it may have arrived at WeChat. */
  doubted: number
}

/** Outcomes after which nothing can have arrived: WeChat refused, or was not asked. */
const nothingArrived = new Set(['rate_limited', 'unreachable', 'held_back', 'waiting_for_turn', 'user_month_cap'])
const mayHaveArrived = outcomes.filter((row) => row.verdict === 'later' && !nothingArrived.has(row.name))

/**
 * Returns the owed coupons of a grant that were never in doubt, not even in a doubt that has ended: only these may be
 * given up or moved to another stock. They stay locked until the caller's transaction ends; workers skip them
 * meanwhile.
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
