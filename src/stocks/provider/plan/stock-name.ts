import { plainText, wideCharacters, widthOf } from './fields.ts'

/** WeChat refuses them as "活动未开始或已结束", which says nothing of the name (docs/wechat/pay-v3.md 2.1). */
const refusedWords = ['测试', '微信立减金']

/** At most 9 Chinese characters or 20 letters; of a mixture each Chinese character takes the place of two letters. */
export const stockName = plainText
  .refine(
    (name) => wideCharacters(name) <= 9 && widthOf(name, 2) <= 20,
    'must be at most 9 Chinese characters, or 20 letters',
  )
  .regex(/^[^_,;|\n]*$/, 'must have none of _ , ; |')
  .refine(
    (name) => !refusedWords.some((word) => name.includes(word)),
    `must not say ${refusedWords.join(' or ')}: WeChat refuses it with the misleading answer 活动未开始或已结束`,
  )
