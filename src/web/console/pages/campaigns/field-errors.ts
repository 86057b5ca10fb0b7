import type { Fault } from '../../../../campaigns/faults.ts'
import type { FieldError } from '../../render.ts'

/** Fields of the form that are called otherwise than in the file. */
const names: Record<string, string> = {
  starts_at: 'starts_day',
  ends_at: 'ends_day',
  coupons: 'coupons-0-stock',
  spend: 'tiers-0-at_least',
  'spend.tiers': 'tiers-0-at_least',
  'spend.exclude_orders_using_our_coupons': 'excludes',
  'spend.late_facts.earn': 'late_earns',
  'spend.late_facts.within_days': 'late_days',
  NEW_SLUG: 'slug',
  '--from': 'starts_day',
}

/** The faults of a file as errors of its form, each at its field. */
export function fieldErrors(faults: Fault[]): FieldError[] {
  return faults.map(({ field, chinese }) => ({ name: fieldNamed(field), text: chinese }))
}

/** `spend.tiers[0].coupons[1].count` is the form's `tiers-0-coupons-1-count`. */
function fieldNamed(field: string): string {
  const known = names[field] ?? (field.startsWith('sender_mchids') ? 'senders' : undefined)
  if (known !== undefined) return known
  const path = field
    .replace(/^(limits|spend)\./, '')
    .replace(/\[(\d+)\]/g, '-$1')
    .replaceAll('.', '-')
    .replace(/-stock_id$/, '-stock')
  if (/^(coupons|tiers-\d+-coupons)$/.test(path)) return `${path}-0-stock`
  if (/^(coupons|tiers-\d+-coupons)-\d+$/.test(path)) return `${path}-stock`
  if (/^tiers-\d+$/.test(path)) return `${path}-at_least`
  return path.replace(/^card_ids-\d+$/, 'card_ids')
}
