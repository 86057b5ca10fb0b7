import { standingOf } from '../../../../coupons/standing.ts'
import type { Use } from '../../../../coupons/fates.ts'
import type { EvidenceCoupon } from '../../../../grants/evidence-coupons.ts'
import type { GrantStory } from '../../../../grants/by-staff/story.ts'
import type { ReturnSource } from '../../../../plumbing/storage/schema.ts'
import { minute, yuan } from '../../../shell/format.ts'
import { useSources } from '../../use-sources.ts'

const tags = {
  usable: { state: 'good', text: '可用' },
  upcoming: { state: 'wait', text: '未到可用时间' },
  used: { state: 'off', text: '已使用' },
  expired: { state: 'off', text: '已过期' },
} as const

const returns: Record<ReturnSource, string> = {
  refund: '订单已全额退款，券可能退回',
  flow: '退款明细：券已退回',
  query: '微信答复券又可用了',
}

/** What became of a coupon after it was sent; undefined where it was not. */
export function becameOf(coupon: EvidenceCoupon, { fateOf }: GrantStory, now: Date) {
  if (coupon.coupon_id === null) return undefined
  const fate = fateOf(coupon.coupon_id)
  const { state } = standingOf(fate, { begin: coupon.available_begin, end: coupon.available_end }, now)
  const { answer } = fate
  return {
    tag: tags[state],
    lines: [
      ...fate.uses.map(useLine),
      ...(answer ? [`${minute(answer.checked_at)} 问过微信：${answer.state}`] : ['还没有问过微信']),
    ],
  }
}

/** The uses of a grant's coupons and their undoings, for its story. */
export function useEvents({ coupons, fateOf }: GrantStory) {
  return coupons
    .flatMap(({ coupon_id }) => (coupon_id === null ? [] : fateOf(coupon_id).uses))
    .flatMap((use) => [
      {
        at: use.used_at ?? use.told_at,
        title: '券被使用',
        state: 'good',
        words: `来源：${useSources[use.source]}`,
        raw: undefined,
      },
      ...(use.returned_at && use.returned_source
        ? [
            {
              at: use.returned_at,
              title: '使用被撤销',
              state: 'off',
              words: returns[use.returned_source],
              raw: undefined,
            },
          ]
        : []),
    ])
}

function useLine({ used_at, out_trade_no, transaction_id, amount, source, returned_source }: Use): string {
  const order = out_trade_no ? `订单号 ${out_trade_no}` : transaction_id ? `微信支付单号 ${transaction_id}` : '订单未知'
  return [
    `${used_at ? minute(used_at) : '时间未知'} 使用`,
    order,
    ...(amount === null ? [] : [`抵扣 ${yuan(amount)} 元`]),
    `来源：${useSources[source]}`,
    ...(returned_source ? [returns[returned_source]] : []),
  ].join('，')
}
