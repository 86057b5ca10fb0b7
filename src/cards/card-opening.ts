/**
 * One interface for every card product and every way to learn of an opening: WeChat's card and coupon member cards by
 * landing page and by event, the merchant's own systems, and WeChat Pay's member cards (wechat/official-account.md 5.7).
 */
export type CardOpening = {
  source: 'landing' | 'event' | 'oa'
  cardId: string
  cardCode: string
  openid: string
  openedAt: Date
  channel: string | undefined
}
