import { z } from 'zod'
import { maybe, text, time, whole } from '../pay/tolerant.ts'

/**
 * A member's card (docs/wechat/member-cards.md 2.3). What WeChat seals for the merchant (a phone number, answers of the
 * member) is not among the fields, so reading drops it unopened (docs/wechat/member-cards.md 1.1).
 */
export const userCardSchema = z.object({
  /** Missing where the merchant gives the codes and has not given this one. */
  user_card_code: maybe(text),
  card_id: text,
  brand_id: maybe(text),
  openid: text,
  pickup_time: maybe(time),
  create_time: maybe(time),
  modify_time: maybe(time),
  user_card_state: maybe(text),
})

export type UserCard = z.infer<typeof userCardSchema>

export const userCardsSchema = z.object({
  total_count: maybe(whole),
  data: z.preprocess((value) => value ?? [], z.array(userCardSchema).max(50)),
})

/** WeChat's calls and its notices have different words for the same states; only EFFECTIVE is a member. */
export function stateOfUserCard(word: string | undefined): 'inactive' | 'active' | 'gone' | 'not_told' {
  if (word === 'EFFECTIVE') return 'active'
  if (word === 'UNACTIVATED' || word === 'NOT_EFFECTIVE') return 'inactive'
  return word === undefined ? 'not_told' : 'gone'
}
