import { beijingTime, dayMs } from '../../plumbing/clock.ts'
import { ask, type CampaignFinding, good, stop } from './campaign-finding.ts'
import type { Checked } from './checked.ts'

/** Whether the campaign still has time to give something. */
export function checkOwnTime({ campaign, now }: Checked): CampaignFinding[] {
  const ends = beijingTime(campaign.ends_at)
  if (campaign.state === 'ended') return [stop('活动已结束', '复制成新活动再发布')]
  if (campaign.ends_at <= now) return [stop(`活动已于 ${ends} 结束`, '把结束时间改到以后，或复制成新活动')]
  const leftMs = campaign.ends_at.getTime() - Math.max(now.getTime(), campaign.starts_at.getTime())
  if (leftMs < dayMs)
    return [ask(`活动到 ${ends} 结束，只有 ${Math.ceil(leftMs / 3_600_000)} 小时`, '确认结束时间没有填错')]
  return [good(`活动到 ${ends} 结束，还有 ${Math.floor(leftMs / dayMs)} 天`)]
}
