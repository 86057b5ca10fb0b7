import { z } from 'zod'
import { goodsTagSet, goodsTagSets } from '../../goods-tags.ts'
import { fen, flag, listOf, mchid, plainText, refusedField, textUpTo } from './fields.ts'

const sets = goodsTagSets.map(({ tags }) => tags.join('+')).join(', ')
const tradeTypes = ['MICROAPP', 'APPPAY', 'PPAY', 'CARD', 'FACE', 'OTHER'] as const
const byHand = 'set it while making the stock in the platform'

/** What a coupon is worth and where it can be used (docs/wechat/pay-v3.md 2.1). */
export const couponUseRule = z.strictObject({
  coupon_available_time: refusedField(`is not open in this call (暂未开放): ${byHand}`),
  fixed_normal_coupon: z.strictObject(
    {
      coupon_amount: fen.min(2, 'must be above 1 fen').max(100_000, 'must be 1000 yuan (100000 fen) or less'),
      transaction_minimum: fen.min(1, 'must be above 0'),
    },
    'must be an object with coupon_amount and transaction_minimum',
  ),
  goods_tag: listOf(z.string('must be text').regex(/^\w{1,128}$/, 'must be letters, digits and underscores')).refine(
    (tags) => goodsTagSet(tags) !== undefined,
    `must be exactly one of ${sets}`,
  ),
  limit_pay: listOf(
    z.string('must be text').regex(/^[A-Z0-9_]{1,64}$/, 'must be a code such as ICBC_CREDIT'),
    1,
  ).optional(),
  limit_card: z
    .strictObject({
      name: plainText.max(4, 'must be at most 4 characters long'),
      bin: listOf(z.string('must be digits in quotes').regex(/^\d{6,9}$/, 'must be 6 to 9 digits'), 10),
    })
    .optional(),
  trade_type: listOf(z.enum(tradeTypes, `must be one of ${tradeTypes.join(', ')}`)).optional(),
  combine_use: flag.optional(),
  available_items: listOf(textUpTo(128)).optional(),
  unavailable_items: refusedField(`is not open in this call (暂未开放): ${byHand}`),
  available_merchants: listOf(mchid),
})
