/** 订单优惠标记: the six sets that a merchant uses, as the form offers them. WeChat itself takes any tags. */
export const goodsTagSets: { tags: string[]; label: string }[] = [
  { tags: ['MUTEX_STORE'], label: '门店收银 · 与通用券互斥' },
  { tags: ['MUTEX_STORE', 'NO_MUTEX_STORE'], label: '门店收银 · 不互斥' },
  { tags: ['MUTEX_ONLINE'], label: '线上商城 · 与通用券互斥' },
  { tags: ['MUTEX_ONLINE', 'NO_MUTEX_ONLINE'], label: '线上商城 · 不互斥' },
  { tags: ['MUTEX_STORE', 'MUTEX_ONLINE'], label: '门店和线上 · 与通用券互斥' },
  { tags: ['MUTEX_STORE', 'MUTEX_ONLINE', 'NO_MUTEX_STORE', 'NO_MUTEX_ONLINE'], label: '门店和线上 · 不互斥' },
]
