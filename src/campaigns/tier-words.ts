import { beijingTime } from '../plumbing/clock.ts'
import type { SpendRule } from '../plumbing/storage/schema.ts'
import { yuan } from './in-chinese.ts'

/** What a person must know about the tiers that `after` adds to a campaign that has given something. */
export function addedTierWords(before: SpendRule, after: SpendRule): string[] {
  const known = before.tiers.map((tier) => tier.at_least)
  const counted = {
    single: '的消费',
    cumulative: `开始的每 ${after.window_days} 天周期`,
    count: '第一次在活动里消费的会员',
  }[after.mode]
  return after.tiers.flatMap(({ at_least, since }) => {
    if (since === undefined || known.includes(at_least)) return []
    const name = after.mode === 'count' ? `第 ${at_least} 笔` : `满 ${yuan(at_least)} 元`
    return [`${name}这一档只算 ${beijingTime(new Date(since)).slice(0, 16)} 起${counted}`]
  })
}
