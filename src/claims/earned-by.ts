import { earned as earnedByCard } from '../cards/earned.ts'
import type { Earned } from '../grants/earned.ts'
import { memberMark } from '../members/member-mark.ts'
import { earned as earnedByPayment } from '../payments/earned.ts'
import type { Services } from '../services.ts'
import type { Claim } from './asked-claim.ts'

/** With a plain link the tap itself earns the coupons; with cards and payments they were earned before the tap. */
export async function earnedBy(
  { db }: Pick<Services, 'db'>,
  { merchant, campaign, openid, claimKey }: Claim,
): Promise<Earned[]> {
  if (campaign.kind === 'link')
    return [{ triggerKey: `link/${memberMark(merchant, openid)}/${claimKey}`, coupons: campaign.coupons }]
  const earned = campaign.kind === 'card_open' ? earnedByCard : earnedByPayment
  return earned(db, merchant, campaign, openid)
}
