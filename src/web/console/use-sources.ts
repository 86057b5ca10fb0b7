import type { RedemptionSource } from '../../plumbing/storage/schema.ts'

/** What told of the use of a coupon, in an operator's words. */
export const useSources: Record<RedemptionSource, string> = {
  notice: '微信核销通知',
  payment: '订单的优惠信息',
  query: '查询券详情',
  flow: '核销明细',
}
