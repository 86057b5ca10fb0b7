import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { CardOpening } from './card-opening.ts'

/** What a card means in a card_open campaign. */
export type CardVerdict =
  /** `at`: when it was earned; undefined: by whoever asks now, with a card from before the campaign. */
  | { kind: 'earned'; at: Date | undefined }
  /** Active, and nobody has told yet when it was taken: earned, if that was in the campaign's time. */
  | { kind: 'unproven' }
  /** Not one of the campaign's cards: it was there before (or before a copy counts), came after, or was only fetched back. */
  | { kind: 'not_new' }
  | { kind: 'gifted' }
  | { kind: 'inactive' }

/** A card that is seen active this long before a campaign begins was there before it; less may be two clocks. */
export const clockSlackMs = 10 * 60_000

/**
 * Whether a card earns in a campaign. `any`: an active card; in a copy, one that is active only since the copy counts,
 * for those before have perhaps earned in the original. `new`: an active card whose taking inside the campaign's time is
 * proven by WeChat's push, by the merchant's signed word, or by our own activation. A form that was filled in and a visit
 * to the landing page tell that a card is active, not since when: both repeat for old members
 * (docs/wechat/official-account.md 5.5). `unprovenOpenings` says the same in SQL of cards without proof.
 */
export function verdictOn(campaign: Campaign, opening: CardOpening): CardVerdict {
  const { active_at } = opening
  if (opening.gifted && !campaign.gifted) return { kind: 'gifted' }
  if (!active_at) return { kind: 'inactive' }
  if (campaign.cards === 'any') {
    const { counts_from } = campaign
    if (active_at > campaign.ends_at || (counts_from && active_at < counts_from)) return { kind: 'not_new' }
    return { kind: 'earned', at: active_at < campaign.starts_at ? undefined : active_at }
  }
  if (opening.earlier || active_at.getTime() < campaign.starts_at.getTime() - clockSlackMs) return { kind: 'not_new' }
  const proofs = proofsOf(opening)
  const at = proofs.find((time) => time >= campaign.starts_at && time <= campaign.ends_at)
  if (at) return { kind: 'earned', at }
  const isUnproven = proofs.length === 0 && !opening.restored_at && active_at <= campaign.ends_at
  return { kind: isUnproven ? 'unproven' : 'not_new' }
}

/** When the card was taken, and when we activated it. What follows after it was fetched back proves nothing. */
function proofsOf({ taken_at, vouched_at, activated_at, restored_at }: CardOpening): Date[] {
  const [taken] = [taken_at, vouched_at].filter((time) => time !== null).sort((a, b) => a.getTime() - b.getTime())
  return [taken, activated_at].filter((time): time is Date => !!time && (restored_at === null || time < restored_at))
}
