import { memberReasons, type MemberReason } from '../../refusal.ts'
import type { OutcomeRow } from './outcome.ts'
import { accountOutcomes } from './rows/account.ts'
import { ourOutcomes } from './rows/ours.ts'
import { passingOutcomes } from './rows/passing.ts'
import { stockOutcomes } from './rows/stock.ts'
import { stockSetupOutcomes } from './rows/stock-setup.ts'
import { userOutcomes } from './rows/user.ts'

const sentOutcome: OutcomeRow = {
  name: 'sent',
  match: { status: 200, subCodes: ['0'] },
  verdict: 'sent',
  member: 'already_claimed',
  memberSentence: '优惠券已到账',
  operator: { cause: '已发放', cure: '无需处理' },
  source: 'docs/wechat/pay-v3.md 3.1',
}

/**
 * Every outcome of a send as data: WeChat's answers (docs/wechat/pay-v3.md 3.3), the network's failures, our own
 * reasons.
 */
export const outcomes: readonly OutcomeRow[] = [
  sentOutcome,
  ...userOutcomes,
  ...stockOutcomes,
  ...stockSetupOutcomes,
  ...accountOutcomes,
  ...passingOutcomes,
  ...ourOutcomes,
]

const byName = new Map(outcomes.map((row) => [row.name, row]))

/** Returns the row of this name; throws when the table has none. */
export function outcomeNamed(name: string): OutcomeRow {
  const row = byName.get(name)
  if (!row) throw new Error(`the outcome table has no row "${name}"`)
  return row
}

/**
 * Returns what a member's page shows about a refused coupon whose reason is `name`. An unknown reason shows only that
 * WeChat refused it.
 */
export function memberWords(name: string | null): { reason: MemberReason; message: string } {
  const row = byName.get(name ?? '')
  const reason = row?.member ?? (isMemberReason(name) ? name : 'wechat_refused')
  return { reason, message: row?.memberSentence ?? memberReasons[reason] }
}

/** Returns what a member's page shows about a coupon that is still owed; undefined when that is only 正在发放. */
export function waitingWords(name: string | null): string | undefined {
  return byName.get(name ?? '')?.waitingSentence
}

function isMemberReason(name: string | null): name is MemberReason {
  return name !== null && Object.hasOwn(memberReasons, name)
}
