import type { MemberReason } from '../../refusal.ts'

/**
 * One rule of a campaign, as a trial met it; Chinese, for operators. `unknown`: it decides nothing now, but an operator
 * should know of it.
 */
export type TrialRule = { name: string; state: 'ok' | 'not' | 'unknown'; words: string }

/** The same with the reason of the refusal that a claim would get for it. */
export type MetRule = TrialRule & { reason?: MemberReason }

export function ok(name: string, words: string): MetRule {
  return { name, state: 'ok', words }
}

export function not(name: string, reason: MemberReason, words: string): MetRule {
  return { name, state: 'not', reason, words }
}

export function unknown(name: string, words: string): MetRule {
  return { name, state: 'unknown', words }
}
