import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { prepared } from '../plumbing/storage/prepared.ts'
import { deadlockDetected, sqlStateOf, uniqueViolation } from '../plumbing/storage/sqlstates.ts'
import { leaseMs } from './coupon.ts'

export type Slot = { scope: string; number: number; couponRow: string | null }

/** A grant with everything it holds, ready to be written in one statement. */
export type Reservation = {
  grant: {
    id: string
    merchantId: number
    campaignId: number
    /** The revision that the decision used; when the campaign has another one by now, nothing is written. */
    campaignRevision: number
    openid: string
    triggerKey: string
    tier: number | null
    transactionId: string | null
    earnedAt: Date
    /**
     * The version of the member's facts that the decision used; when it has changed, nothing is written. Null: none
     * used.
     */
    factsVersion: number | null
    at: Date
  }
  slots: Slot[]
  coupons: {
    id: string
    accountId: number
    stockRef: number
    ordinal: number
    place: number
    outRequestNo: string
    request: string
    dueAt: Date
    leaseToken: string | null
  }[]
}

export type Reserved =
  | { kind: 'reserved' }
  /** The trigger already has this grant. */
  | { kind: 'existing'; grantId: string }
  /** A proposed place of this scope is already held. */
  | { kind: 'taken'; scope: string }
  /** The campaign or the member's facts were changed meanwhile. */
  | { kind: 'stale' }
  /** Another coupon of the same stock and openid is being sent. */
  | { kind: 'busy' }

/** Another transaction is changing the campaign at this moment: nothing was written. */
export type BeingChanged = { kind: 'being_changed' }

/**
 * Writes the reservations in one commit; returns the results in the same order. It locks the campaigns against changes,
 * and reads them after it has the lock, so that a change of limits has counted every grant written before it. A
 * campaign that is being changed is skipped, so that no reservation waits for the change of another's campaign. When a
 * group conflicts, each of its reservations is written alone, so that only the one that conflicts fails.
 */
export function reserve(db: Db, reservations: Reservation[]): Promise<(Reserved | BeingChanged)[]> {
  return write(db, reservations, skipLocked)
}

/** The same for reservations of one campaign, after waiting for the end of a change that is in progress. */
export async function reserveOnceChanged(db: Db, reservations: Reservation[]): Promise<Reserved[]> {
  const reserved = await write(db, reservations, sql``)
  return reserved.map((one) => (one.kind === 'being_changed' ? { kind: 'stale' } : one))
}

const skipLocked = sql`skip locked`

async function write(
  db: Db,
  reservations: Reservation[],
  ifLocked: RawBuilder<unknown>,
): Promise<(Reserved | BeingChanged)[]> {
  try {
    const { written, campaigns } = await insert(db, reservations, ifLocked)
    return reservations.map(({ grant: { id, campaignId } }) => {
      if (written.includes(id)) return { kind: 'reserved' }
      return { kind: campaigns.includes(String(campaignId)) ? 'stale' : 'being_changed' }
    })
  } catch (error) {
    if (!isConflict(error)) throw error
    if (reservations.length > 1)
      return (await Promise.all(reservations.map((one) => write(db, [one], ifLocked)))).flat()
    return [await explainConflict(db, reservations[0] as Reservation, error)]
  }
}

type Inserted = { written: string[]; campaigns: string[] }

async function insert(db: Db, reservations: Reservation[], ifLocked: RawBuilder<unknown>): Promise<Inserted> {
  const grants = reservations.map((one) => one.grant)
  // Always in the same order, so that two groups that conflict wait for each other in one direction only.
  const slots = reservations
    .flatMap(({ grant, slots }) => slots.map((slot) => ({ ...slot, grantId: grant.id })))
    .sort((a, b) => (a.scope < b.scope ? -1 : a.scope > b.scope ? 1 : a.number - b.number))
  const coupons = reservations.flatMap(({ grant, coupons }) =>
    coupons.map((coupon) => ({ ...coupon, grant: grant.id })),
  )
  const { rows } = await sql<Inserted>`${sql.raw(prepared)}
    with campaign_rows as (
      select id, revision from campaigns where id = any(${[...new Set(grants.map((grant) => grant.campaignId))]}::bigint[])
      order by id for share ${ifLocked}
    ), facts_hold as (
      -- Locked, so that a change of the facts waits for this commit. If we had to wait for a change, we read its
      -- result.
      select f.id
      from json_to_recordset(${JSON.stringify(grants)}) as f (
        id uuid, "merchantId" bigint, openid text, "factsVersion" bigint)
      join spenders s on s.merchant_id = f."merchantId" and s.openid = f.openid and s.version = f."factsVersion"
      for share of s
    ), grant_rows as (
      insert into grants (id, merchant_id, campaign_id, openid, trigger_key, tier, transaction_id, earned_at, created_at)
      select g.id, g."merchantId", g."campaignId", g.openid, g."triggerKey", g.tier, g."transactionId", g."earnedAt", g.at
      from json_to_recordset(${JSON.stringify(grants)}) as g (
        id uuid, "merchantId" bigint, "campaignId" bigint, "campaignRevision" integer, openid text, "triggerKey" text,
        tier integer, "transactionId" text, "earnedAt" timestamptz, "factsVersion" bigint, at timestamptz)
      join campaign_rows c on c.id = g."campaignId" and c.revision = g."campaignRevision"
      where g."factsVersion" is null or g.id in (select id from facts_hold)
      returning id, merchant_id, openid, created_at
    ), slot_rows as (
      insert into slots (merchant_id, scope, number, grant_id, coupon_row)
      select g.merchant_id, s.scope, s.number, s."grantId", s."couponRow"
      from json_to_recordset(${JSON.stringify(slots)}) as s (scope text, number integer, "grantId" uuid, "couponRow" uuid)
      join grant_rows g on g.id = s."grantId"
    ), coupon_rows as (
      insert into coupons (id, grant_id, merchant_id, account_id, stock_ref, openid, ordinal, place, out_request_no, request,
        state, due_at, lease_token, leased_until, created_at)
      select c.id, g.id, g.merchant_id, c."accountId", c."stockRef", g.openid, c.ordinal, c.place, c."outRequestNo", c.request,
        'reserved', c."dueAt", c."leaseToken",
        case when c."leaseToken" is not null then lease_clock() + ${leaseMs} * interval '1 millisecond' end, g.created_at
      from json_to_recordset(${JSON.stringify(coupons)}) as c (
        id uuid, "grant" uuid, "accountId" bigint, "stockRef" bigint, ordinal smallint, place integer, "outRequestNo" text,
        request text, "dueAt" timestamptz, "leaseToken" uuid)
      join grant_rows g on g.id = c."grant"
      returning grant_id
    )
    select array(select distinct grant_id::text from coupon_rows) as written,
      array(select id::text from campaign_rows) as campaigns`.execute(db)
  return rows[0] as Inserted
}

type Conflict = Error & { code: string; constraint?: string; detail?: string }

function isConflict(error: unknown): error is Conflict {
  const code = sqlStateOf(error)
  return code === uniqueViolation || code === deadlockDetected
}

async function explainConflict(db: Db, { grant, slots }: Reservation, error: Conflict): Promise<Reserved> {
  if (error.constraint === 'coupons_one_send_at_a_time') return { kind: 'busy' }
  if (error.constraint?.startsWith('grants_')) {
    const existing = await db
      .selectFrom('grants')
      .select('id')
      .where('merchant_id', '=', grant.merchantId)
      .where('campaign_id', '=', grant.campaignId)
      .where('trigger_key', '=', grant.triggerKey)
      .executeTakeFirst()
    // Our own id: an earlier try of the same reservation was committed, but its answer was lost.
    if (existing) return existing.id === grant.id ? { kind: 'reserved' } : { kind: 'existing', grantId: existing.id }
  }
  // "Key (merchant_id, scope, number)=(1, campaign/3/total, 17) already exists." A deadlock names no key; then any
  // scope will do.
  const scope = /=\(\d+, (.*), \d+\)/.exec(error.detail ?? '')?.[1] ?? slots[0]?.scope ?? ''
  return { kind: 'taken', scope }
}
