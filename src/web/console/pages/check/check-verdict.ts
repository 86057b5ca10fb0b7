import type { CampaignState as State } from '../../../../plumbing/storage/schema.ts'

/** The result of a check in one sentence, as the part `alert` shows it. */
export function checkVerdict(stops: number, asks: number, state: State) {
  const isOut = state === 'published'
  if (stops > 0) {
    const title = isOut ? `活动已发布，但有 ${stops} 项问题` : `还不能发布：有 ${stops} 项要先处理`
    return { state: 'bad', title, text: asks > 0 ? `另有 ${asks} 项请确认。` : undefined }
  }
  if (asks > 0)
    return { state: 'wait', title: isOut ? `活动已发布，有 ${asks} 项请留意` : `可以发布，有 ${asks} 项请确认` }
  return { state: 'good', title: isOut ? '活动已发布，各项正常' : '可以发布，没有发现问题' }
}
