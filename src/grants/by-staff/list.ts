import { sql } from 'kysely'
import { Declined } from '../../operators/rights/declined.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import { queryCancelled, sqlStateOf } from '../../plumbing/storage/sqlstates.ts'
import { type Grant, grantsOfIds } from '../grants.ts'

/** What of the grants is asked for. `before`: only grants older than this one, for the next page. */
export type GrantFilter = { having?: 'reserved' | 'refused'; campaignId?: number; before?: string }

export type GrantPage = { grants: Grant[]; next: string | undefined }

/** A page that takes longer holds others up; the filters make it quicker. */
const patienceMs = 2_000

/**
 * The merchant's newest grants, `most` of them; ids sort by time. Each way of asking has an index of its own, so that a
 * page of a million costs as little as the first. Throws `Declined` (too_much) when it would take too long.
 */
export async function listGrants(db: Db, merchantId: number, filter: GrantFilter, most: number): Promise<GrantPage> {
  const ids = await inTime(db, (trx) => idsOf(trx, merchantId, filter, most + 1))
  const shown = ids.slice(0, most)
  return { grants: await grantsOfIds(db, merchantId, shown), next: ids.length > most ? shown.at(-1) : undefined }
}

async function idsOf(db: Db, merchantId: number, filter: GrantFilter, most: number): Promise<string[]> {
  const { rows } = await (filter.having ? byCoupons : byGrants)(merchantId, filter, most).execute(db)
  return rows.map(({ id }) => id)
}

function byGrants(merchantId: number, { campaignId, before }: GrantFilter, most: number) {
  return sql<{ id: string }>`
    select id from grants where merchant_id = ${merchantId}
      ${campaignId === undefined ? sql`` : sql`and campaign_id = ${campaignId}`}
      ${before === undefined ? sql`` : sql`and id < ${before}`}
    order by id desc limit ${most}`
}

function byCoupons(merchantId: number, { having, campaignId, before }: GrantFilter, most: number) {
  return sql<{ id: string }>`
    select distinct c.grant_id as id from coupons c
      ${campaignId === undefined ? sql`` : sql`join grants g on g.id = c.grant_id and g.campaign_id = ${campaignId}`}
    where c.merchant_id = ${merchantId} and c.state = ${sql.lit(having)}
      ${before === undefined ? sql`` : sql`and c.grant_id < ${before}`}
    order by c.grant_id desc limit ${most}`
}

async function inTime<T>(db: Db, read: (trx: Db) => Promise<T>): Promise<T> {
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`set local statement_timeout = ${sql.lit(patienceMs)}`.execute(trx)
      return read(trx)
    })
  } catch (error) {
    throw sqlStateOf(error) === queryCancelled ? new Declined('too_much') : error
  }
}
