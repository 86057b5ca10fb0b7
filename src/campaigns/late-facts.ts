import type { SpendRule } from '../plumbing/storage/schema.ts'
import { daysBefore } from '../plumbing/clock.ts'

/** Where a campaign does not say: a bill comes the day after, and a weekend may pass before its keys are put right. */
export const defaultLateFacts = { earn: true, within_days: 3 }

/** Whether a payment that only a bill told of, at `knownAt`, still earns in the campaign. */
export function lateEarns({ spend, ends_at }: { spend: SpendRule; ends_at: Date }, knownAt: Date): boolean {
  const { earn, within_days } = spend.late_facts ?? defaultLateFacts
  return earn && daysBefore(knownAt, within_days) <= ends_at
}
