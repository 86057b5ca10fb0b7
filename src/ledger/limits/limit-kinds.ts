import { type RawBuilder, sql } from 'kysely'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import { memberMarkInSql } from '../../members/member-mark.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import { scopes } from './scopes.ts'

/** One kind of limit of a campaign: its size, and which scopes it has in the ledger. */
export type LimitKind = {
  /** The name in the campaign file. */
  name: string
  limit: number | undefined
  /** SQL condition: slot `s` belongs to this kind. */
  holds: RawBuilder<boolean>
  /** SQL expression: the scope of grant `g` for this kind; null when the kind does not apply to the grant. */
  scopeOf: RawBuilder<string | null>
}

type Limited = Pick<Campaign, 'id' | 'limits' | 'spend'>

const day = sql`to_char(g.earned_at at time zone 'Asia/Shanghai', 'YYYYMMDD')`

/** Returns every kind of limit that a campaign can have, also those that it does not set. Each of its tiers has one. */
export function limitKinds(merchant: Pick<Merchant, 'memberKey'>, { id, limits, spend }: Limited): LimitKind[] {
  const under = (beginning: string) =>
    sql`s.scope >= ${beginning} and s.scope < ${`${beginning.slice(0, -1)}0`} and s.scope like ${`${beginning}%`}`
  const members = scopes.members(id)
  const member = sql`${members} || ${memberMarkInSql(merchant.memberKey, sql`g.openid`)}`
  return [
    {
      name: 'limits.per_member',
      limit: limits.per_member,
      holds: sql<boolean>`${under(members)} and s.scope not like ${`${members}%/%`}`,
      scopeOf: sql<string>`${member}`,
    },
    {
      name: 'limits.per_member_per_day',
      limit: limits.per_member_per_day,
      holds: sql<boolean>`${under(members)} and s.scope like ${`${members}%/%`}`,
      scopeOf: sql<string>`${member} || '/' || ${day}`,
    },
    {
      name: 'limits.total',
      limit: limits.total,
      holds: sql<boolean>`s.scope = ${scopes.total(id)}`,
      scopeOf: sql<string>`${scopes.total(id)}::text`,
    },
    {
      name: 'limits.per_day',
      limit: limits.per_day,
      holds: sql<boolean>`${under(scopes.days(id))}`,
      scopeOf: sql<string>`${scopes.days(id)} || ${day}`,
    },
    ...(spend?.tiers ?? []).map(({ at_least, total }) => ({
      name: `spend.tiers[at_least ${at_least}].total`,
      limit: total,
      holds: sql<boolean>`s.scope = ${scopes.tier(id, at_least)}`,
      scopeOf: sql<string | null>`case when g.tier = ${at_least}::integer then ${scopes.tier(id, at_least)}::text end`,
    })),
  ]
}
