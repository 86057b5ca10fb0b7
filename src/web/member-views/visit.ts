import type { CardReason } from '../../cards/why-nothing.ts'
import type { MemberReason } from '../../refusal.ts'
import type { Usage } from './member-usage.ts'

/** What differs on a campaign page between visitors; few enough combinations to keep a page for each. */
export type Visit = {
  outside: boolean
  closed: MemberReason | undefined
  /** The reason why the claim from which the member comes gave nothing. */
  reason: MemberReason | undefined
  /** Why the member's cards gave nothing, if the member comes from such a claim. */
  card: CardReason | undefined
  usage: Usage | undefined
}
