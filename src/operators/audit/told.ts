import { beijingTime } from '../../plumbing/clock.ts'
import { roleNames } from '../rights/roles.ts'
import { fieldNames } from './field-names.ts'
import type { AuditEntry } from './chain.ts'

/** What the audit keeps as a word of the program, as the console says it. */
const words: Record<string, Record<string, string>> = {
  role: { ...roleNames, sender: '发券商户号', provider: '服务商运营' },
  half: { provider: '服务商的步骤', merchant: '商户的步骤' },
  purpose: { reset: '重置密码', invite: '邀请', authenticator: '绑定验证器' },
  step: { password: '密码', code: '验证码', recovery_code: '恢复码' },
  act: { campaign_change: '修改活动' },
  status: { unactivated: '未激活', audit: '审核中', running: '运行中', stoped: '已停止', paused: '已暂停' },
  state: { asked: '已申请', granted: '已开通', refused: '被拒' },
  goods_tags_from: { wechat: '微信', operator: '商户声明' },
}

const isoTime = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

/** `角色：只读 → 运营；…`: what the deed changed, to be read; what was not there before is only said. */
export function changesText({ changes }: Pick<AuditEntry, 'changes'>): string {
  return changes
    .map(([field, before, after]) => {
      const [was, is] = [valueText(field, before), valueText(field, after)]
      return `${fieldNames[field] ?? field}：${before === null ? is : `${was} → ${is}`}`
    })
    .join('；')
}

function valueText(field: string, value: string | null): string {
  if (value === null) return '—'
  if (isoTime.test(value)) return beijingTime(new Date(value))
  if (value === 'true' || value === 'false') return value === 'true' ? '是' : '否'
  return words[field]?.[value] ?? listText(value)
}

/** A list as the audit writes it: `["a","b"]`. */
function listText(value: string): string {
  if (!value.startsWith('["')) return value
  return (JSON.parse(value) as string[]).join('、')
}
