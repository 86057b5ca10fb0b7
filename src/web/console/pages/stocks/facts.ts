import type { Merchant } from '../../../../merchants/merchant.ts'
import type { Stock } from '../../../../plumbing/storage/schema/stock.ts'

/** WeChat may hide a field from the sender. */
const hidden = '微信未提供'

const scenes: Record<string, string> = {
  MICROAPP: '小程序支付',
  APPPAY: 'APP 支付',
  PPAY: '免密支付',
  CARD: '付款码支付',
  FACE: '人脸支付',
  OTHER: '其他（公众号、扫码等）',
}

/** What WeChat told of a stock besides its figures; an amount is in fen. */
export function factsOf(
  stock: Stock,
  { accounts }: Pick<Merchant, 'accounts'>,
): { name: string; text?: string; fen?: number }[] {
  const senders = accounts.filter(({ role }) => role === 'sender').map(({ mchid }) => mchid)
  const { max_amount: budget, max_amount_by_day: ofDay, combine_use: combines, trade_types: types } = stock
  return [
    { name: '制券商户号', text: stock.creator_mchid },
    { name: '发券商户号（本商户）', text: senders.join('、') },
    { name: '面额', fen: stock.coupon_amount },
    { name: '使用门槛', fen: stock.transaction_minimum },
    { name: '每人限领', text: `${stock.max_coupons_per_user} 张` },
    { name: '总预算', ...(budget === null ? { text: hidden } : { fen: budget }) },
    { name: '单天预算', ...(ofDay === null ? { text: '不限，或微信未提供' } : { fen: ofDay }) },
    { name: '与其他代金券叠加', text: combines === null ? hidden : combines ? '可叠加' : '不可叠加' },
    { name: '支付场景', text: types?.map((type) => scenes[type] ?? type).join('、') ?? '不限，或微信未提供' },
    { name: '使用说明', text: stock.description ?? hidden },
  ]
}
