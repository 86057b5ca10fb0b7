/** Every reason for which a member can be refused, with the sentence that the page shows. */
export const memberReasons = {
  already_claimed: '您已领取过本活动的优惠券',
  member_limit: '您的领取次数已达上限',
  member_day_limit: '您今天的领取次数已用完，明天 0 点后可继续领取',
  sold_out: '优惠券已被领完，下次早点来哦',
  day_sold_out: '今日已发完，明天 0 点继续',
  not_started: '活动还没有开始，请稍后再来',
  ended: '活动已结束，感谢您的关注',
  paused: '活动暂停中，请稍后再来',
  not_eligible: '暂不符合领取条件',
  not_paid: '还没有查到这笔订单的付款结果，请稍后再看',
  not_yours: '这里的内容属于另一位会员',
  wechat_refused: '微信支付暂时无法向您的账户发放优惠券',
  try_later: '领取的人有点多，请稍后再试',
} as const

export type MemberReason = keyof typeof memberReasons

/**
 * A refusal that is shown to the person, with its reason word and HTTP status. Anything else that is thrown is our own
 * fault: it is logged, and the person sees a request number and 请稍后再试.
 */
export class Refusal extends Error {
  readonly reason: MemberReason
  readonly status: number
  readonly grantId: string | undefined

  constructor(reason: MemberReason, options: { status?: number; grantId?: string; message?: string } = {}) {
    super(options.message ?? memberReasons[reason])
    this.name = 'Refusal'
    this.reason = reason
    this.status = options.status ?? 200
    this.grantId = options.grantId
  }
}
