import { isSpend } from '../../payments/spend-ledger.ts'
import type { Services } from '../../services.ts'
import { earnedBy } from '../earned-by.ts'
import { givenBefore } from '../given-before.ts'
import { type AskedTrial, type EarnedInTrial, newMember, type Tried } from './asked-trial.ts'
import { cardRule, earnedByNewCard } from './card-rules.ts'
import { paymentEarns, spendRule } from './payment-rules.ts'
import { type MetRule, not, ok } from './rule.ts'

/** What the member has earned, by the rules of the campaign's kind. */
export async function earnedInTrial(services: Services, tried: Tried, asked: AskedTrial): Promise<EarnedInTrial> {
  const { campaign } = tried
  if (isSpend(campaign) && (asked.amount !== undefined || asked.transactionId !== undefined))
    return paymentEarns(services, { ...tried, campaign }, asked)
  if (campaign.kind === 'card_open' && asked.openid === undefined) return earnedByNewCard(services, tried)
  return earnedByTap(services, tried)
}

async function earnedByTap(services: Services, tried: Tried): Promise<EarnedInTrial> {
  const earned = await earnedBy(services, { ...tried, claimKey: newMember })
  if (tried.campaign.kind === 'link') return { isTap: true, earned, rules: [ok('领取条件', '点一下就能领，没有条件')] }
  const condition = await conditionOf(services, tried)
  const rule = earned.length > 0 ? ok('领取条件', condition) : await nothingRule(services, tried, condition)
  return { isTap: true, earned, rules: [rule] }
}

async function nothingRule(services: Services, tried: Tried, condition: string): Promise<MetRule> {
  const given = await givenBefore(services.db, tried)
  if (given) return not('领取条件', 'already_claimed', `达到的都已经发过；${condition}`)
  return not('领取条件', 'not_eligible', condition)
}

function conditionOf(services: Services, { merchant, campaign, openid }: Tried): Promise<string> {
  if (isSpend(campaign)) return spendRule(services, { merchant, campaign, openid })
  return cardRule(services, { merchant, campaign, openid })
}
