import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { InboxSource } from '../plumbing/storage/schema.ts'
import type { InboxEntry } from './apply.ts'

/**
 * Entries of one lane that a process applies at a time, so that one merchant's many messages, or its API that does not
 * answer, take no more hands than this.
 */
const laneWidth = 5

/**
 * Longer than applying an entry takes, including WeChat's answers. After this, a dead process's entries are taken over.
 * If the process is alive and only slow, its entry is applied twice, which is safe in every step.
 */
const leaseMs = 15_000

/** How many entries of one lane a process has in hand. */
export type BusyLane = { source: InboxSource; merchantId: number; entries: number }

/**
 * Leases due entries. From each lane (merchant and source) it takes at most what fits beside the entries that this
 * process has in hand: refunds first, then payments, then the others. From all lanes together it takes as many as
 * `hands` are free for their source, from the lanes with the fewest first: one merchant's flood, however urgent, must
 * not delay another merchant. It reads only the head of each lane, however long the lane is, and locks only what it
 * takes. `contested`: another process was taking some of these entries at the same moment.
 */
export async function leaseDue(
  db: Db,
  { now, busy, hands }: { now: Date; busy: BusyLane[]; hands: Record<InboxSource, number> },
): Promise<{ entries: InboxEntry[]; contested: boolean }> {
  const free = Object.entries(hands).map(([source, entries]) => ({ source, entries }))
  const { rows } = await sql<InboxEntry & { lost: boolean }>`
    with recursive lanes as (
      (select source, merchant_id from inbox where applied_at is null order by source, merchant_id limit 1)
      union all
      select next.source, next.merchant_id
      from lanes cross join lateral (
        select source, merchant_id from inbox
        where applied_at is null and (source, merchant_id) > (lanes.source, lanes.merchant_id)
        order by source, merchant_id limit 1
      ) next
    ), due as (
      select head.id, lanes.source, head.urgency,
        coalesce(busy.entries, 0)
          + row_number() over (partition by lanes.source, lanes.merchant_id order by head.urgency, head.due_at) as nth
      from lanes
      left join json_to_recordset(${JSON.stringify(busy)}) as busy (source text, "merchantId" bigint, entries integer)
        on busy.source = lanes.source and busy."merchantId" = lanes.merchant_id
      cross join lateral (
        select entry.id, entry.urgency, entry.due_at
        from (values (0), (1), (2)) as kind (urgency) cross join lateral (
          select id, urgency, due_at from inbox
          where applied_at is null and source = lanes.source and merchant_id = lanes.merchant_id
            and urgency = kind.urgency and due_at <= ${now} and (leased_until is null or leased_until <= lease_clock())
          order by due_at
          limit ${laneWidth}
        ) entry
        order by entry.urgency, entry.due_at
        limit ${laneWidth} - coalesce(busy.entries, 0)
      ) head
    ), ranked as (
      select id, source, row_number() over (partition by source order by nth, urgency, random()) as place from due
    ), chosen as (
      select ranked.id
      from ranked join json_to_recordset(${JSON.stringify(free)}) as free (source text, entries integer)
        on free.source = ranked.source
      where place <= free.entries
    ), held as (
      select id from inbox
      where id in (select id from chosen) and applied_at is null and (leased_until is null or leased_until <= lease_clock())
      for update skip locked
    ), taken as (
      update inbox set leased_until = lease_clock() + ${leaseMs} * interval '1 millisecond', attempts = attempts + 1
      where id in (select id from held)
      returning *
    )
    select taken.*, taken.id is null as lost from chosen left join taken on taken.id = chosen.id`.execute(db)
  return { entries: rows.filter((row) => !row.lost), contested: rows.some((row) => row.lost) }
}
