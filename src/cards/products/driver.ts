import type { PayReply } from '../../wechat/pay/types.ts'

/** What WeChat says of a card in a member's wallet; `code` is missing where the merchant has yet to give it. */
export type HeldCard = {
  openid: string | undefined
  code: string | undefined
  state: 'inactive' | 'active' | 'gone' | 'not_told'
  takenAt: Date | undefined
}

/**
 * An answer of WeChat about cards. `none`: it does not know such a card. `refused`: it will not answer, with its words.
 * `later`: no answer, or a turn at the pace of these calls did not come.
 */
export type Told<T> =
  { kind: 'ok'; value: T } | { kind: 'none' } | { kind: 'refused'; words: string } | { kind: 'later' }

export type Named = { openid: string; code: string }

/** One card of one product at WeChat Pay, in the words of all of them. */
export type CardDriver = {
  /** Whose openids the card's members have. */
  appid(): Promise<Told<string>>
  read(card: Named): Promise<Told<HeldCard>>
  /** The member's cards of this template, by whatever code. */
  list(openid: string): Promise<Told<HeldCard[]>>
}

/** What only the cards of a brand have: they are joined by a token, and by the merchant's word. */
export type BrandDriver = CardDriver & {
  token(openid: string): Promise<Told<string>>
  /** Tells WeChat that the member has joined. */
  confirm(card: Named): Promise<Told<HeldCard>>
}

/** By status, since WeChat's tables for these calls are not complete (docs/wechat/member-cards.md 2.8). */
export function toldBy<T, V>(reply: PayReply<T>, value: (body: T) => V): Told<V> {
  if (reply.kind === 'ok') return { kind: 'ok', value: value(reply.body) }
  if (reply.kind === 'unknown' || reply.status === 429 || reply.status >= 500) return { kind: 'later' }
  if (reply.status === 404) return { kind: 'none' }
  return { kind: 'refused', words: `${reply.status} ${reply.code} ${reply.message}`.trim().slice(0, 300) }
}
