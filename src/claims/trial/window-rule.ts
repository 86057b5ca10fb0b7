import { closedReason } from '../../grants/campaign-window.ts'
import { beijingTime } from '../../plumbing/clock.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import { type MetRule, not, ok } from './rule.ts'

const name = '活动状态和时间'

/** Whether the campaign is open at `at`. */
export function windowRule(campaign: Campaign, at: Date): MetRule {
  const reason = closedReason(campaign, at)
  const [starts, ends] = [beijingTime(campaign.starts_at), beijingTime(campaign.ends_at)]
  if (!reason) return ok(name, `活动时间 ${starts} 至 ${ends}`)
  if (campaign.state === 'paused') return not(name, reason, '活动已暂停')
  if (reason === 'ended') return not(name, reason, campaign.state === 'ended' ? '活动已结束' : `活动已于 ${ends} 结束`)
  return not(name, reason, `活动 ${starts} 开始`)
}
