import { takesOf, turnedAwayBefore } from '../../grants/award-rules.ts'
import type { Earned } from '../../grants/earned.ts'
import { offerOf, type Offer } from '../../grants/offer.ts'
import { sendersOf } from '../../merchants/merchant.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Services } from '../../services.ts'
import type { Tried } from './asked-trial.ts'
import { limitRules } from './limit-rules.ts'
import { type MetRule, not, ok } from './rule.ts'
import { stockRules } from './stock-rules.ts'
import { windowRule } from './window-rule.ts'

/** What one award would give, with the rules that it met; `offer` is empty when it gives nothing. */
export type TriedAward = { offer: Offer; rules: MetRule[] }

/** What earlier awards of the same trial have taken: coupons by stock, places by scope. */
export type TakenBefore = { stocks: Map<number, number>; scopes: Map<string, number> }

/**
 * Tries one award in the order in which `claim` and `award` decide it, and adds what it would take to `before`. Nothing
 * is taken.
 */
export async function tryAward(
  services: Services,
  tried: Tried,
  { earned, isTap, before }: { earned: Earned; isTap: boolean; before: TakenBefore },
): Promise<TriedAward> {
  const { merchant, campaign, openid } = tried
  const missing = await missingRules(services, tried, earned)
  if (missing.length > 0) return { offer: [], rules: missing }
  const wanted = { ...earned, merchant, campaign, openid, at: earned.at ?? services.clock.now() }
  const { offer, limits } = await takesOf(services, wanted)
  const rules = [
    ...(await stockRules(services, tried, offer, { isTap, before: before.stocks })),
    ...(await memberRules(services, wanted)),
    ...(await limitRules(services, merchant.id, {
      limits,
      stocks: offer.map(({ stock }) => stock),
      before: before.scopes,
    })),
    ...(await repeatRules(services.db, wanted)),
  ]
  if (rules.some(({ state }) => state === 'not')) return { offer: [], rules }
  for (const { stock, count } of offer) before.stocks.set(stock.id, (before.stocks.get(stock.id) ?? 0) + count)
  for (const { scope, take } of limits) before.scopes.set(scope, (before.scopes.get(scope) ?? 0) + take)
  return { offer, rules }
}

/** A real claim cannot even begin without these. */
async function missingRules(
  services: Services,
  { merchant, campaign }: Tried,
  { coupons }: Earned,
): Promise<MetRule[]> {
  if (sendersOf(merchant, campaign.sender_mchids).length === 0)
    return [not('发券商户号', 'try_later', '商户没有可用的发券商户号')]
  const offered = await offerOf(services, merchant, coupons).catch(() => undefined)
  return offered ? [] : [not('批次', 'try_later', '活动的批次还没有导入')]
}

async function memberRules(services: Services, wanted: Tried & { at: Date }): Promise<MetRule[]> {
  const reason = await turnedAwayBefore(services, wanted)
  if (reason === 'not_eligible') return [not('会员', reason, '会员已被拉黑，不再发给这位会员')]
  return [ok('会员', '没有被拉黑'), ...(reason ? [windowRule(wanted.campaign, wanted.at)] : [])]
}

/** A trigger gives once: a second award of it finds the grant of the first, and is answered with that. */
async function repeatRules(db: Db, { merchant, campaign, triggerKey }: Tried & Earned): Promise<MetRule[]> {
  const before = await db
    .selectFrom('grants')
    .select('id')
    .where('merchant_id', '=', merchant.id)
    .where('campaign_id', '=', campaign.id)
    .where('trigger_key', '=', triggerKey)
    .executeTakeFirst()
  return before ? [{ name: '只发一次', state: 'not', words: '同一个条件已经发过一次' }] : []
}
