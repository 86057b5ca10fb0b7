import type { CampaignFigures } from '../../../../campaigns/lists/figures.ts'
import { countedAtMost } from '../../../../campaigns/lists/figures.ts'
import type { Standing } from '../../../../campaigns/standing.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import type { Tag } from '../stocks/words.ts'

/** Every standing as a tag. */
export const standingTags: Record<Standing, Tag> = {
  draft: { state: 'off', text: '草稿' },
  coming: { state: 'wait', text: '未开始' },
  open: { state: 'good', text: '进行中' },
  day_full: { state: 'wait', text: '今日发完' },
  full: { state: 'off', text: '已发完' },
  paused: { state: 'wait', text: '已暂停' },
  halted: { state: 'bad', text: '暂停发券' },
  over: { state: 'off', text: '已结束' },
}

const count = (n: number) => String(n).replace(/\B(?=(\d{3})+$)/g, ',')

/** `12 / 1,000`, or how many at least where there is no such limit. */
function usedWords(used: number, limit: number | undefined, isMore: boolean): string {
  if (limit !== undefined) return `${count(used)} / ${count(limit)}`
  return `${isMore && used >= countedAtMost ? `${count(countedAtMost)}+` : count(used)} / 不限`
}

/** What a campaign gave, in all and today. */
export function figureWords({ limits }: Pick<Campaign, 'limits'>, { given, today, isMore }: CampaignFigures) {
  return { given: usedWords(given, limits.total, isMore), today: usedWords(today, limits.per_day, isMore) }
}
