import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/** A place that is free for others. */
export type GivenBack = { scope: string; number: number }

/** A scope that holds more than it is allowed. */
export type Overshoot = { scope: string; allowed: number }

/**
 * Locks and returns the overshoots among a grant's scopes, so that two places given back at the same time are not
 * filled by the same place from above. Call it before the places are deleted: otherwise a transaction that moves a
 * place down could wait for the one that gives that place back, and the other way round.
 */
export function lockOvershoots(
  trx: Db,
  { merchantId, grantId }: { merchantId: number; grantId: string },
): Promise<Overshoot[]> {
  return trx
    .selectFrom('overshoots')
    .select(['scope', 'allowed'])
    .where('merchant_id', '=', merchantId)
    .where('scope', 'in', (query) =>
      query.selectFrom('slots').select('scope').where('grant_id', '=', grantId).where('coupon_row', 'is', null),
    )
    .orderBy('scope')
    .forUpdate()
    .execute()
}

/**
 * In a scope that holds more places than it allows, a place that is given back is filled by the highest place above the
 * limit, so that the number of free places is always limit − used. Returns the places that others can take after that.
 * A coupon's place under its stock's limit is never moved, since the coupon's number depends on it.
 */
export async function fillFromAbove(
  trx: Db,
  merchantId: number,
  given: (GivenBack & { coupon_row: string | null })[],
  over: Overshoot[],
): Promise<GivenBack[]> {
  const free: GivenBack[] = []
  for (const { scope, number, coupon_row } of given) {
    const allowed = over.find((one) => one.scope === scope)?.allowed
    const isFilled =
      coupon_row === null && allowed !== undefined && (await fill(trx, { merchantId, scope, number, allowed }))
    if (!isFilled) free.push({ scope, number })
  }
  return free
}

/** Returns false when no place above the limit is left; the scope is then a normal one again. */
async function fill(
  trx: Db,
  { merchantId, scope, number, allowed }: { merchantId: number; scope: string; number: number; allowed: number },
): Promise<boolean> {
  if (number > allowed) return true
  const { rows } = await sql`
    update slots set number = ${number} where merchant_id = ${merchantId} and scope = ${scope} and number = (
      select number from slots where merchant_id = ${merchantId} and scope = ${scope} and number > ${allowed}
      order by number desc limit 1)
    returning number`.execute(trx)
  if (rows.length > 0) return true
  await trx.deleteFrom('overshoots').where('merchant_id', '=', merchantId).where('scope', '=', scope).execute()
  return false
}

/**
 * Records that a scope holds more than `allowed`, because a coupon that was sent took a place above the limit. If the
 * limit was lowered before, this coupon is not one of those given until then (`given`): proof counts it as too many.
 */
export async function noteOvershoot(
  trx: Db,
  overshoot: { merchantId: number; scope: string; allowed: number },
): Promise<void> {
  const { merchantId, scope, allowed } = overshoot
  await sql`
    insert into overshoots as o (merchant_id, scope, allowed) values (${merchantId}, ${scope}, ${allowed})
    on conflict (merchant_id, scope) do update set allowed = excluded.allowed, given = least(o.given,
      (select count(*) - 1 from slots s where s.merchant_id = o.merchant_id and s.scope = o.scope))`.execute(trx)
}
