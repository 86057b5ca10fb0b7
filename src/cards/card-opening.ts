import type { Selectable } from 'kysely'
import type { CardOpeningsTable } from '../plumbing/storage/schema.ts'

/**
 * One interface for every card product and every way to learn of an opening: WeChat's card and coupon member cards by
 * landing page and by push, the merchant's own systems, and WeChat Pay's member cards
 * (docs/wechat/official-account.md 5.7). Each tells some of the facts; what it does not tell is absent.
 */
export type CardFacts = {
  source: CardOpeningsTable['source']
  cardId: string
  cardCode: string
  openid: string
  channel?: string | undefined
  /** Taken, by WeChat's own push. */
  takenAt?: Date
  /** Opened, by the merchant's signed word. */
  vouchedAt?: Date
  /** We ask WeChat to activate it, having heard that it is not active. */
  activatedAt?: Date
  /** Fetched back after it was deleted. */
  restoredAt?: Date
  activeAt?: Date
  /** Handed on by another person. */
  gifted?: boolean
}

/** All that is known of a card. `earlier`: the merchant said that the card, or its member, was there before. */
export type CardOpening = Selectable<CardOpeningsTable> & { earlier: boolean }
