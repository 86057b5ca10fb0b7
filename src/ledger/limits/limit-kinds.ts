import { type RawBuilder, sql } from 'kysely'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import { dayText, inBeijing } from '../../plumbing/storage/beijing.ts'
import { memberMarkInSql } from '../../members/member-mark.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import { kinds } from './kinds.ts'
import { hasFact, isScopeInSql, scopeInSql } from './scopes.ts'

/** One limit of a campaign in the ledger: its size, and which scopes it has there. */
export type LimitKind = {
  /** The name in the campaign file. */
  name: string
  limit: number | undefined
  /** Whether each member or each day has a separate scope; undefined when there is only one scope. */
  each: 'members' | 'days' | undefined
  /** SQL condition: slot `s` belongs to this limit. */
  holds: RawBuilder<boolean>
  /** SQL expression: the scope of grant `g` for this limit; null when the limit does not apply to the grant. */
  scopeOf: RawBuilder<string | null>
}

type Limited = Pick<Campaign, 'id' | 'limits' | 'spend'>

const scope = sql.ref('s.scope')
const day = dayText(inBeijing(sql`g.earned_at`))

/** Returns every limit that a campaign can have, also those that it does not set. Each of its tiers has one. */
export function limitKinds({ memberKey }: Pick<Merchant, 'memberKey'>, { id, limits, spend }: Limited): LimitKind[] {
  const mark = memberMarkInSql(memberKey, sql`g.openid`)
  const facts = { campaign: id, mark, day, tier: '' }
  const whole = kinds.flatMap(({ name }): LimitKind[] => {
    if (name === 'tier') return []
    const each = hasFact(name, 'mark') ? 'members' : hasFact(name, 'day') ? 'days' : undefined
    const holds = isScopeInSql(scope, name, { campaign: id })
    return [{ name: `limits.${name}`, limit: limits[name], each, holds, scopeOf: scopeInSql(name, facts) }]
  })
  const ofTiers = (spend?.tiers ?? []).map(({ at_least: tier, total }): LimitKind => {
    const ofTier = { campaign: id, tier }
    return {
      name: `spend.tiers[at_least ${tier}].total`,
      limit: total,
      each: undefined,
      holds: isScopeInSql(scope, 'tier', ofTier),
      scopeOf: sql<string | null>`case when g.tier = ${tier}::integer then ${scopeInSql('tier', ofTier)} end`,
    }
  })
  return [...whole, ...ofTiers]
}
