import type { OutcomeRow } from '../outcome.ts'

/** Our own reasons: none of them is WeChat's answer to a send. */
export const ourOutcomes: OutcomeRow[] = [
  {
    name: 'lease_ran_out',
    match: {},
    verdict: 'later',
    schedule: 'again',
    member: 'try_later',
    operator: { cause: '发券进程中断，当时可能已经请求过微信，结果未知', cure: '无需处理，系统会用同一发券单号再试' },
    source: 'our own',
  },
  {
    name: 'look_up_unanswered',
    match: {},
    verdict: 'later',
    schedule: 'doubt',
    member: 'try_later',
    operator: { cause: '结果未知已超过一天，查询会员券列表没有得到应答', cure: '无需处理，系统会继续查询' },
    source: 'our own',
  },
  {
    name: 'look_up_refused',
    match: {},
    verdict: 'later',
    member: 'try_later',
    operator: {
      cause: '结果未知已超过一天，而微信不允许本商户号查询该会员的券列表，无法确认是否已发放',
      cure: '请制券方在服务商平台查询该会员是否已有此券：已有则无需处理；确认没有后请系统管理员以同一单号重发',
    },
    source: 'docs/wechat/pay-v3.md 2.11: whether a sender may list coupons of a foreign creator is unconfirmed',
  },
  {
    name: 'look_up_unclear',
    match: {},
    verdict: 'later',
    member: 'try_later',
    operator: {
      cause: '结果未知已超过一天，会员名下有一张本批次的券，但不能确定属于哪一条发放记录',
      cure: '该会员同一批次有几张券都结果未知：请制券方核对会员实际有几张，再请系统管理员对缺少的以同一单号重发',
    },
    source: 'our own',
  },
  {
    name: 'coupon_of_another_row',
    match: {},
    verdict: 'later',
    member: 'try_later',
    operator: {
      cause: '微信返回的券号已属于另一条发放记录',
      cure: '导出两条记录的凭据核对：多半是同一张券被登记了两次，请人工确认后处理',
    },
    source: 'our own: one number brings one coupon (docs/wechat/pay-v3.md 3.2)',
  },
  {
    name: 'given_up',
    match: {},
    verdict: 'refused',
    member: 'ended',
    memberSentence: '商家已停止发放这张优惠券，详情请咨询商家',
    operator: {
      cause: '运营人员放弃了这张欠发的券，理由见发放记录的“人工处理”',
      cure: '无需处理；要恢复时请系统管理员重发',
    },
    source: 'our own',
  },
]
