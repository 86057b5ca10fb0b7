import { bothTimes } from './evidence-times.ts'
import { verdictOf } from './evidence-verdict.ts'
import type { EvidenceCoupon } from './evidence-coupons.ts'

const asks = {
  sent: '请协助确认这些券是否已进入用户的卡包，以及目前的使用状态。',
  reserved:
    '请根据 Request-ID 和发券单号协助查询：请求是否已被处理，用户是否已得到券，如果没有，原因是什么、应如何处理。',
  refused: '请根据 Request-ID 协助查询拒绝的具体原因，以及应如何处理。',
} as const

/** What to write to WeChat Pay's support, ready to be sent: it needs nothing of the other files. */
export function evidenceLetter(coupons: EvidenceCoupon[]): string {
  const [first] = coupons
  const open = coupons.find(({ state }) => state !== 'sent') ?? first!
  const lines = [
    '您好：',
    '',
    `我们用接口“发放代金券批次”（POST /v3/marketing/favor/users/{openid}/coupons）给用户发券。${verdictOf(coupons)}`,
    '',
    ...coupons.flatMap((coupon, index) => linesOf(coupon, index)),
    asks[open.state],
    '',
    '请求内容和微信的回答见附件。请求中的签名已去掉。谢谢！',
  ]
  return `${lines.join('\n')}\n`
}

function linesOf(coupon: EvidenceCoupon, index: number): string[] {
  const { appid } = JSON.parse(coupon.request) as { appid: string }
  return [
    `第 ${index + 1} 张券`,
    `发券商户号：${coupon.mchid}`,
    `制券商户号：${coupon.creator_mchid}`,
    `批次号：${coupon.stock_id}`,
    `appid：${appid}`,
    `用户 openid：${coupon.openid}`,
    `发券单号 out_request_no：${coupon.out_request_no}`,
    ...(coupon.coupon_id ? [`券号 coupon_id：${coupon.coupon_id}`] : []),
    ...coupon.answers.map(({ at, status, code, message, request_id }) => {
      const { utc, beijing } = bothTimes(at)
      const said = [status ? `HTTP ${status}` : '没有得到回答', code, message].filter(Boolean).join(' ')
      return `请求时间：${beijing}（UTC ${utc}），结果：${said}，Request-ID：${request_id ?? '无'}`
    }),
    '',
  ]
}
