import { goodsTagSet, goodsTagSets } from '../../../../stocks/goods-tags.ts'

const places = { store: '门店收银', online: '线上商城', both: '门店和线上商城' }

/** The six sets of 订单优惠标记, with the one that these tags are marked. */
export function tagRows(tags: readonly string[]) {
  const own = goodsTagSet(tags)
  return goodsTagSets.map((set) => ({
    value: set.tags.join(','),
    tags: set.tags.join('、'),
    place: places[set.place],
    stackable: set.stackable ? '可与通用券同时使用（不互斥）' : '与通用券互斥',
    meaning: set.meaning,
    isOwn: set === own,
  }))
}
