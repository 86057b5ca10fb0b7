/** What a new campaign begins with: each card of the list, with the form's fields that it decides. */
export const templates = [
  { key: 'link', kind: 'link', mode: 'single', name: '领券链接', says: '会员点链接或扫码领券，适合海报、菜单和群发。' },
  { key: 'card_open', kind: 'card_open', mode: 'single', name: '开卡有礼', says: '会员领取微信会员卡后自动得券。' },
  { key: 'spend_single', kind: 'spend', mode: 'single', name: '消费有礼 · 单笔', says: '单笔付款达到门槛就送券。' },
  {
    key: 'spend_cumulative',
    kind: 'spend',
    mode: 'cumulative',
    name: '消费有礼 · 累计',
    says: '一段时间内付款合计达到门槛就送券。',
  },
  { key: 'spend_count', kind: 'spend', mode: 'count', name: '消费有礼 · 次数', says: '第几次付款时送券，适合集点。' },
] as const

export type Template = (typeof templates)[number]

/** The template of that key; undefined when there is none. */
export function templateNamed(key: string): Template | undefined {
  return templates.find((one) => one.key === key)
}
