import { defaultLateFacts } from '../../../../campaigns/late-facts.ts'
import type { Rules } from '../../../../campaigns/rules-of.ts'
import type { Draft, DraftCoupon } from './draft.ts'
import { dayAndTime, yuanField } from './typed.ts'

/** A campaign as its form shows it. */
export function draftOfRules(rules: Rules, slug: string): Draft {
  const { limits, spend } = rules
  const [starts, ends] = [dayAndTime(rules.starts_at, false), dayAndTime(rules.ends_at, true)]
  return {
    slug,
    kind: rules.kind,
    title: rules.title,
    rules: rules.rules,
    startsDay: starts.day,
    startsTime: starts.time,
    endsDay: ends.day,
    endsTime: ends.time,
    perMember: shown(limits.per_member),
    perMemberPerDay: shown(limits.per_member_per_day),
    total: shown(limits.total),
    unlimited: limits.total === undefined,
    perDay: shown(limits.per_day),
    coupons: couponsOf(rules.coupons),
    ...spendOf(spend),
    cardIds: rules.card_ids.join('\n'),
    cards: rules.cards,
    gifted: rules.gifted ? 'yes' : 'no',
    channel: rules.channel ?? '',
    stackable: rules.stackable ? 'yes' : 'no',
    senders: rules.sender_mchids,
  }
}

function spendOf(spend: Rules['spend']) {
  return {
    tiers: (spend?.tiers ?? []).map(({ at_least, total, coupons }) => ({
      atLeast: spend?.mode === 'count' ? String(at_least) : yuanField(at_least),
      total: shown(total),
      coupons: couponsOf(coupons),
    })),
    basis: spend?.basis ?? 'payer_total',
    mode: spend?.mode ?? 'single',
    windowDays: String(spend?.window_days ?? 30),
    tierRule: spend?.tier_rule ?? 'highest',
    excludes: (spend?.exclude_orders_using_our_coupons ?? true) ? 'yes' : 'no',
    holdMinutes: String(spend?.hold_minutes ?? 0),
    lateEarns: (spend?.late_facts ?? defaultLateFacts).earn ? 'yes' : 'no',
    lateDays: String((spend?.late_facts ?? defaultLateFacts).within_days),
  }
}

function couponsOf(coupons: Rules['coupons']): DraftCoupon[] {
  return coupons.map(({ stock_id, count }) => ({ stock: stock_id, count: String(count) }))
}

function shown(count: number | undefined): string {
  return count === undefined ? '' : String(count)
}
