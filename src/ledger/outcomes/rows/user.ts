import type { OutcomeRow } from '../outcome.ts'

/**
 * Answers about this member alone (docs/wechat/pay-v3.md 3.3, classes USER and DATA): final, or until the next month.
 */
export const userOutcomes: OutcomeRow[] = [
  {
    name: 'openid_of_other_appid',
    match: {
      status: 400,
      codes: ['INVALID_REQUEST', 'PARAM_ERROR'],
      phrases: ['openid与appID不匹配'],
      subCodes: ['270079501'],
    },
    verdict: 'refused',
    member: 'wechat_refused',
    operator: {
      cause: '会员的 openid 不属于本商户公众号的 appid',
      cure: '核对上报事件里的 openid 是否来自同一公众号；会员从公众号菜单重新进入并授权后可再领',
    },
    source: 'docs/wechat/pay-v3.md 3.3, 3.4',
  },
  {
    name: 'openid_wrong',
    match: {
      status: 400,
      codes: ['PARAM_ERROR', 'INVALID_REQUEST'],
      phrases: ['openid必填', 'openid错误', 'openid不正确'],
      field: 'openid',
      subCodes: ['270079498'],
    },
    verdict: 'refused',
    member: 'wechat_refused',
    operator: {
      cause: '会员的 openid 缺失或不正确：只是这一位会员的记录有误，与批次无关',
      cure: '核对上报事件里的 openid 是否完整、是否来自同一公众号；会员从公众号菜单重新进入并授权后可再领',
    },
    source: 'docs/wechat/pay-v3.md 3.3, 3.4',
  },
  {
    name: 'user_month_cap',
    match: { status: 400, codes: ['INVALID_REQUEST'], phrases: ['暂时无法领取'] },
    verdict: 'later',
    schedule: 'next_month',
    member: 'wechat_refused',
    waitingSentence: '您本月领取的微信支付优惠券已达上限，这张券为您保留，下个月 1 日自动发放',
    memberSentence: '您本月领取的微信支付优惠券已达上限，这批券下个月已不能发放',
    operator: {
      cause: '同一会员在同一制券商户号下每个自然月最多领取面额合计 5,000 元',
      cure: '无法解除；批次到下个月仍有效时，系统在 1 日自动补发，否则不再发放。不要反复重试',
    },
    source: 'docs/wechat/pay-v3.md 3.3 (support, community)',
  },
  {
    name: 'user_abnormal',
    match: { status: 403, codes: ['USER_ACCOUNT_ABNORMAL'], phrases: ['用户非法'], codeSuffices: true },
    verdict: 'refused',
    member: 'wechat_refused',
    operator: {
      cause: '批次开启了防刷拦截，微信判断该会员的账户异常',
      cure: '会员或商户可联系微信支付客服；只有制券时不开启防刷才能避免',
    },
    source: 'docs/wechat/pay-v3.md 3.3',
  },
  {
    name: 'user_limit_reached',
    match: {
      status: 403,
      codes: ['RULE_LIMIT', 'RULELIMIT', 'NATURELIMIT', 'USER_AL_GET_COUPON'],
      phrases: ['用户已达最大领券次数', '自然人'],
    },
    verdict: 'refused',
    askOnceMore: true,
    member: 'member_limit',
    operator: {
      cause: '会员已达批次的每人限领数；开启自然人限制时，同一身份的所有微信号合并计算',
      cure: '属正常限制；如需多发，由制券方新建限领数更大的批次',
    },
    source: 'docs/wechat/pay-v3.md 3.3',
  },
  {
    name: 'user_restricted',
    match: { status: 403, codes: ['REQUEST_BLOCKED'], phrases: ['用户被限领拦截'], subCodes: ['270079532'] },
    verdict: 'refused',
    member: 'member_limit',
    operator: { cause: '会员被该批次的限领规则拦截', cure: '属正常限制；可联系微信支付客服了解原因' },
    source: 'docs/wechat/pay-v3.md 3.3, 3.4',
  },
]
