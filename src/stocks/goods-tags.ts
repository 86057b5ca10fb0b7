/** The order tags in the order in which they are kept and shown. */
const knownTags = ['MUTEX_STORE', 'NO_MUTEX_STORE', 'MUTEX_ONLINE', 'NO_MUTEX_ONLINE'] as const

/** Where the coupons of a stock may be used, and whether together with the merchant's own general coupons. */
export type GoodsTagSet = {
  tags: readonly string[]
  place: 'store' | 'online' | 'both'
  stackable: boolean
  /** For operators, in Chinese. */
  meaning: string
}

/** The only six sets that a stock may carry (README.zh-CN.md "订单优惠标记", docs/wechat/payment-triggers.md 6.2). */
export const goodsTagSets: readonly GoodsTagSet[] = [
  { tags: ['MUTEX_STORE'], place: 'store', stackable: false, meaning: '门店收银可用，与通用券互斥' },
  {
    tags: ['MUTEX_STORE', 'NO_MUTEX_STORE'],
    place: 'store',
    stackable: true,
    meaning: '门店收银可用，可与通用券同时使用',
  },
  { tags: ['MUTEX_ONLINE'], place: 'online', stackable: false, meaning: '线上商城可用，与通用券互斥' },
  {
    tags: ['MUTEX_ONLINE', 'NO_MUTEX_ONLINE'],
    place: 'online',
    stackable: true,
    meaning: '线上商城可用，可与通用券同时使用',
  },
  {
    tags: ['MUTEX_STORE', 'MUTEX_ONLINE'],
    place: 'both',
    stackable: false,
    meaning: '门店和线上商城均可用，与通用券互斥',
  },
  { tags: knownTags, place: 'both', stackable: true, meaning: '门店和线上商城均可用，可与通用券同时使用' },
]

/** The set of exactly these tags, in any order; undefined when it is none of the six. */
export function goodsTagSet(tags: readonly string[]): GoodsTagSet | undefined {
  const given = new Set(tags)
  return goodsTagSets.find((set) => set.tags.length === given.size && set.tags.every((tag) => given.has(tag)))
}
