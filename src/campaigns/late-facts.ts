import type { SpendRule } from '../plumbing/storage/schema.ts'
import { daysBefore } from '../plumbing/clock.ts'

/** WeChat keeps a bill for three months (docs/wechat/bills.md 1): later none tells anything new. */
export const lateDaysAtMost = 92

/** Where a campaign does not say, whatever a bill tells of its time earns. */
export const defaultLateFacts = { earn: true, within_days: lateDaysAtMost }

/** Whether a payment that only a bill told of, at `knownAt`, still earns in the campaign. */
export function lateEarns({ spend, ends_at }: { spend: SpendRule; ends_at: Date }, knownAt: Date): boolean {
  const { earn, within_days } = spend.late_facts ?? defaultLateFacts
  return earn && daysBefore(knownAt, within_days) <= ends_at
}
