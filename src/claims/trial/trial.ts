import type { Offer } from '../../grants/offer.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import { payerOf } from '../../payments/facts.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import { yuan } from '../../plumbing/yuan.ts'
import type { MemberReason } from '../../refusal.ts'
import type { Services } from '../../services.ts'
import { type AskedTrial, newMember, type Tried } from './asked-trial.ts'
import { type TriedAward, tryAward } from './award-trial.ts'
import { earnedInTrial } from './earned-rules.ts'
import { readingOnly } from './reading.ts'
import type { MetRule, TrialRule } from './rule.ts'
import { windowRule } from './window-rule.ts'

/** What a campaign would give somebody now. */
export type Trial = {
  gives: boolean
  /** The verdict in a sentence, Chinese: `会得到 2 元券 × 1`, `不会：今日已领 1/1`. */
  says: string
  /** Why a claim would be refused; undefined also where it would be answered with what was given before. */
  reason: MemberReason | undefined
  coupons: { stockId: string; name: string; amount: number; count: number }[]
  rules: TrialRule[]
  /** The moment for which it holds: now, or of a draft that begins later its beginning. */
  at: Date
}

/**
 * Says what a claim, a payment or a card would bring, by the same rules and in the same order, and writes nothing: no
 * row, no place, no memory. A draft is tried as if it were published. Throws what the database throws.
 */
export async function tryCampaign(
  services: Services,
  merchant: Merchant,
  campaign: Campaign,
  asked: AskedTrial = {},
): Promise<Trial> {
  const now = services.clock.now()
  const isDraft = campaign.state === 'draft'
  const at = isDraft && campaign.starts_at > now ? campaign.starts_at : now
  const published: Campaign = isDraft ? { ...campaign, state: 'published' } : campaign
  return readingOnly(services, at, async (reading) => {
    const openid = asked.openid ?? (await payerOfAsked(reading, merchant, asked)) ?? newMember
    return trialOf(await tryAll(reading, { merchant, campaign: published, openid }, asked), at)
  })
}

async function payerOfAsked({ db }: Services, { id }: Merchant, { transactionId }: AskedTrial) {
  return transactionId === undefined ? undefined : payerOf(db, id, transactionId)
}

type Awards = { first: MetRule[]; awards: TriedAward[] }

async function tryAll(services: Services, tried: Tried, asked: AskedTrial): Promise<Awards> {
  const { isTap, earned, rules } = await earnedInTrial(services, tried, asked)
  const first = [...(isTap ? [windowRule(tried.campaign, services.clock.now())] : []), ...rules]
  const before = { stocks: new Map<number, number>(), scopes: new Map<string, number>() }
  const awards: TriedAward[] = []
  for (const one of earned) awards.push(await tryAward(services, tried, { earned: one, isTap, before }))
  return { first, awards }
}

function trialOf({ first, awards }: Awards, at: Date): Trial {
  const stopped = first.find(({ state }) => state === 'not')
  const given = stopped ? [] : awards.flatMap(({ offer }) => offer)
  const rules = [...first, ...awards.flatMap((award) => award.rules)]
  const gives = given.length > 0
  const against = stopped ?? rules.find(({ state }) => state === 'not')
  return {
    gives,
    says: gives ? `会得到 ${couponWords(given)}` : `不会：${against?.words ?? '没有可发的券'}`,
    reason: gives ? undefined : against?.reason,
    coupons: given.map(({ stock, count }) => {
      return { stockId: stock.stock_id, name: stock.name, amount: stock.coupon_amount, count }
    }),
    rules: rules.map(({ name, state, words }) => ({ name, state, words })),
    at,
  }
}

function couponWords(given: Offer): string {
  return given.map(({ stock, count }) => `${yuan(stock.coupon_amount)} 元券 × ${count}`).join('、')
}
