import type { Selectable } from 'kysely'
import type { CardOpeningsTable } from '../plumbing/storage/schema.ts'

/**
 * Facts of a card, in one form for every card product and every source of reports: WeChat's card and coupon member
 * cards by landing page and by push, the merchant's own systems, and WeChat Pay's member cards
 * (docs/wechat/official-account.md 5.7). Each source reports some of the facts; the others are absent.
 */
export type CardFacts = {
  source: CardOpeningsTable['source']
  cardId: string
  cardCode: string
  openid: string
  channel?: string | undefined
  /** When it was taken, from WeChat's push. */
  takenAt?: Date
  /** When it was opened, from the merchant's signed event. */
  vouchedAt?: Date
  /** When we asked WeChat to activate it, knowing that it was not active. */
  activatedAt?: Date
  /** When the member restored it after deleting it. */
  restoredAt?: Date
  /** When the member deleted it. */
  deletedAt?: Date
  activeAt?: Date
  /** True when the member got it from another person. */
  gifted?: boolean
}

/** Everything known about a card. `earlier`: the merchant reported the card or its member as existing before. */
export type CardOpening = Selectable<CardOpeningsTable> & { earlier: boolean }
