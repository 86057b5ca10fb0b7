import type { ProposalState } from '../../../../operators/proposals/list.ts'
import type { Tag } from '../stocks/words.ts'

/** How a proposal stands now. Whoever asked may take it back, which is stored as a refusal of their own. */
export function stateTag(one: { state: ProposalState; asked_by: number; decided_by: number | null }): Tag {
  if (one.state === 'asked') return { state: 'wait', text: '等待批准' }
  if (one.state === 'approved') return { state: 'good', text: '已批准' }
  if (one.state === 'over') return { state: 'off', text: '已过期' }
  return one.asked_by === one.decided_by ? { state: 'off', text: '已撤回' } : { state: 'bad', text: '已驳回' }
}
