import { goodsTagSet, goodsTagSets } from './goods-tags.ts'

/** The tags of a stock, and where they are from. */
export type StatedTags = { tags: readonly string[]; from: 'wechat' | 'operator' }

/**
 * Chooses the tags of a stock from what WeChat shows and what the operator states: WeChat may hide them from the sender
 * (docs/wechat/payment-triggers.md 6.3). Returns the fault when they are none of the six sets, disagree, or are
 * unknown.
 */
export function statedTags(shown: string[], stated: readonly string[] | undefined): StatedTags | { fault: string } {
  const tags = shown.length > 0 ? shown : stated
  if (!tags || tags.length === 0) {
    return { fault: `WeChat does not show its 订单优惠标记 to the sender: state them with --tags, one of ${allowed}` }
  }
  const set = goodsTagSet(tags)
  if (!set) return { fault: `its 订单优惠标记 are ${tags.join('+')}, but must be one of ${allowed}` }
  if (shown.length > 0 && stated && goodsTagSet(stated) !== set) {
    return { fault: `its 订单优惠标记 are ${set.tags.join('+')}, not ${stated.join('+')}` }
  }
  return { tags: set.tags, from: shown.length > 0 ? 'wechat' : 'operator' }
}

const allowed = goodsTagSets.map((set) => set.tags.join('+')).join(', ')
