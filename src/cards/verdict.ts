import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { CardOpening } from './card-opening.ts'

/** What a card means in a card_open campaign. */
export type CardVerdict =
  /** `at`: when it was earned; undefined for a card that is older than the campaign: it earns when the member asks. */
  | { kind: 'earned'; at: Date | undefined }
  /** Active, but not yet reported when it was taken. It has earned if that was in the campaign's time. */
  | { kind: 'unproven' }
  /** Not new: it existed before the campaign (or before its copy counts), came after it, or was only restored. */
  | { kind: 'not_new' }
  | { kind: 'gifted' }
  | { kind: 'inactive' }

/** A card seen active at least this long before a campaign begins is older; less may be a difference of clocks. */
export const clockSlackMs = 10 * 60_000

/**
 * Decides whether a card earns in a campaign. `any`: an active card earns; in a copy of a campaign only if it became
 * active since the copy counts (`counts_from`), since older cards may have earned in the original. `new`: an active
 * card earns if it is proven to be taken within the campaign's time: by WeChat's push, by the merchant's signed event,
 * or by our own activation. A submitted form and a visit to the landing page show that a card is active, but not since
 * when: both repeat for old members (docs/wechat/official-account.md 5.5). `unprovenOpenings` finds the cards without
 * proof by the same rules in SQL.
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

/** Returns when the card was taken and when we activated it. Times after the card was restored prove nothing. */
function proofsOf({ taken_at, vouched_at, activated_at, restored_at }: CardOpening): Date[] {
  const [taken] = [taken_at, vouched_at].filter((time) => time !== null).sort((a, b) => a.getTime() - b.getTime())
  return [taken, activated_at].filter((time): time is Date => !!time && (restored_at === null || time < restored_at))
}
