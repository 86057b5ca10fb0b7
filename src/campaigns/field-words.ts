/**
 * What each field of a campaign file must be, for whoever fills in a form. `[]` stands for any place in a list. A fault
 * of the file's shape is told by this sentence, so a new field of the file needs one (tested).
 */
export const fieldRules: Record<string, string> = {
  slug: '网址名称用小写字母、数字和短横线，以字母或数字开头，最多 40 个字符',
  kind: '请选择活动类型：领券链接、开卡有礼或消费有礼',
  title: '活动名称要 1 到 40 个字，写在一行里',
  rules: '活动规则最多 2,000 个字，不能有特殊控制字符',
  starts_at: '请填写开始日期和时刻，例如 2026-11-30 和 00:00',
  ends_at: '请填写结束日期和时刻，例如 2026-12-30 和 23:59',
  coupons: '最多选 10 种优惠券，每种只选一次',
  'coupons[].stock_id': '请选择一张优惠券',
  'coupons[].count': '张数要是 1 到 60 的整数',
  limits: '请填写限量',
  'limits.per_member': '每人限领要是 1 到 1,000,000,000 的整数，不限就留空',
  'limits.per_member_per_day': '每人每天限领要是 1 到 1,000,000,000 的整数，不限就留空',
  'limits.total': '总量要是 1 到 1,000,000,000 的整数',
  'limits.per_day': '每天限量要是 1 到 1,000,000,000 的整数，不限就留空',
  spend: '请填写消费门槛',
  'spend.basis': '请选择按哪个金额算：实付、订单或结算',
  'spend.mode': '请选择怎样算达标：单笔、累计或次数',
  'spend.window_days': '累计周期要是 1 到 366 天的整数',
  'spend.tiers': '请填写 1 到 10 个档位',
  'spend.tiers[].at_least': '门槛要大于 0：金额最多两位小数，次数是整数',
  'spend.tiers[].coupons': '这一档要选 1 到 10 种优惠券，每种只选一次',
  'spend.tiers[].coupons[].stock_id': '请选择一张优惠券',
  'spend.tiers[].coupons[].count': '张数要是 1 到 60 的整数',
  'spend.tiers[].total': '这一档的总量要是 1 到 1,000,000,000 的整数，不限就留空',
  'spend.tier_rule': '请选择一笔达到几档时怎样送',
  'spend.exclude_orders_using_our_coupons': '请选择用过本活动券的订单算不算',
  'spend.hold_minutes': '等待时间要是 0 到 43,200 分钟（30 天）的整数',
  'spend.late_facts': '请选择账单补记的付款是否还送券',
  'spend.late_facts.earn': '请选择账单补记的付款是否还送券',
  'spend.late_facts.within_days': '活动结束后的天数要是 0 到 92 的整数',
  card_ids: '请填写会员卡编号，一行一个',
  'card_ids[]': '会员卡编号以小写字母 p 开头，一行一个',
  cards: '请选择新领的卡，还是所有有效的卡',
  gifted: '请选择朋友转赠的卡算不算',
  channel: '使用渠道最多 40 个字，写在一行里',
  stackable: '请选择能否与其他券同时使用',
  state: '活动状态不对',
  sender_mchids: '最多选 10 个发券商户号，每个只选一次',
  'sender_mchids[]': '请选择发券商户号',
}

const anything = '活动文件的格式不对，请重新打开编辑页'

/** The sentence for a fault at this place of the file. */
export function ruleOfField(field: string): string {
  return fieldRules[field.replace(/\[\d+\]/g, '[]')] ?? anything
}
