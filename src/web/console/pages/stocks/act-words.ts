import type { ProviderAct, ProviderActsTable } from '../../../../plumbing/storage/schema.ts'
import type { Tag } from './words.ts'

/** What was asked of WeChat, for a page. */
export const actNames: Record<ProviderAct, string> = {
  create: '创建',
  activate: '激活',
  pause: '暂停发放',
  restart: '恢复发放',
  set_callback: '设置核销通知地址',
  set_card_notices: '设置会员卡通知地址',
  upload_image: '上传图片',
}

/** What came of it. */
export const outcomeTags: Record<ProviderActsTable['outcome'], Tag> = {
  done: { state: 'good', text: '已完成' },
  refused: { state: 'bad', text: '微信拒绝' },
  unknown: { state: 'wait', text: '结果未知' },
}
