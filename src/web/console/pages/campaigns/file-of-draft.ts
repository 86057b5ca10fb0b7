import { type CampaignFile, readCampaignFile } from '../../../../campaigns/campaign-file.ts'
import { type Fault, UnusableCampaign } from '../../../../campaigns/faults.ts'
import { defaultLateFacts } from '../../../../campaigns/late-facts.ts'
import type { CampaignState } from '../../../../plumbing/storage/schema.ts'
import type { Draft, DraftCoupon } from './draft.ts'
import { countOf, fenOf, instantOf } from './typed.ts'

/**
 * The campaign file that the form means, checked by the file's own rules. Throws `UnusableCampaign` with every fault:
 * what is no number stays a text, which those rules refuse.
 */
export function fileOfDraft(draft: Draft, state: CampaignState): CampaignFile {
  const own = ownFaults(draft)
  try {
    const file = readCampaignFile(rawFile(draft, state))
    if (own.length > 0) throw new UnusableCampaign(own)
    return file
  } catch (error) {
    if (!(error instanceof UnusableCampaign) || own.length === 0) throw error
    throw new UnusableCampaign([...own, ...error.found.filter(({ field }) => !own.some((one) => one.field === field))])
  }
}

/** What only a form can have: an empty total must be meant, and `new` is the address of the empty form. */
function ownFaults({ total, unlimited, slug }: Draft): Fault[] {
  const faults: Fault[] = []
  const wrong = (field: string, chinese: string) => faults.push({ field, english: 'is missing', chinese })
  if (total === '' && !unlimited) wrong('limits.total', '请填写总量，或勾选“不限总量”')
  if (total !== '' && unlimited) wrong('limits.total', '已勾选“不限总量”，请清空总量或去掉勾选')
  if (slug === 'new') wrong('slug', '网址名称不能是 new，请换一个')
  return faults
}

function rawFile(draft: Draft, state: CampaignState): Record<string, unknown> {
  const { slug, kind, title, rules, cardIds, channel, senders } = draft
  return {
    slug,
    kind,
    title,
    rules,
    starts_at: instantOf(draft.startsDay, draft.startsTime, false),
    ends_at: instantOf(draft.endsDay, draft.endsTime, true),
    ...(kind !== 'spend' && { coupons: couponsOf(draft.coupons) }),
    limits: limitsOf(draft),
    ...(kind === 'spend' && { spend: spendOf(draft) }),
    ...(kind === 'card_open' && {
      card_ids: cardIds.split(/[\s,，]+/).filter(Boolean),
      cards: draft.cards,
      gifted: draft.gifted === 'yes',
    }),
    ...(channel !== '' && { channel }),
    stackable: draft.stackable === 'yes',
    state,
    ...(senders.length > 0 && { sender_mchids: senders }),
  }
}

function limitsOf({ perMember, perMemberPerDay, total, perDay }: Draft) {
  const limits = {
    per_member: countOf(perMember),
    per_member_per_day: countOf(perMemberPerDay),
    total: countOf(total),
    per_day: countOf(perDay),
  }
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined))
}

function spendOf(draft: Draft) {
  const { basis, mode, windowDays, tiers, tierRule, excludes, holdMinutes } = draft
  return {
    basis,
    mode,
    window_days: countOf(windowDays) ?? 30,
    tiers: tiers.map(({ atLeast, total, coupons }) => ({
      at_least: mode === 'count' ? countOf(atLeast) : fenOf(atLeast),
      coupons: couponsOf(coupons),
      ...(total !== '' && { total: countOf(total) }),
    })),
    tier_rule: tierRule,
    exclude_orders_using_our_coupons: excludes !== 'no',
    hold_minutes: countOf(holdMinutes) ?? 0,
    ...lateFactsOf(draft),
  }
}

/** What every campaign does by itself needs no line in the file. */
function lateFactsOf({ lateEarns, lateDays }: Draft) {
  const stated = { earn: lateEarns !== 'no', within_days: countOf(lateDays) ?? defaultLateFacts.within_days }
  const isDefault = stated.earn === defaultLateFacts.earn && stated.within_days === defaultLateFacts.within_days
  return isDefault ? {} : { late_facts: stated }
}

function couponsOf(coupons: DraftCoupon[]) {
  return coupons.map(({ stock, count }) => ({ stock_id: stock, count: countOf(count) ?? 1 }))
}
