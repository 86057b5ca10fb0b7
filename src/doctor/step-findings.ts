import type { Standing } from '../onboarding/standing.ts'
import type { Step } from '../onboarding/steps.ts'
import type { Finding } from './findings.ts'

/** What the doctor says of a step; each message begins with the step's name. */

/** Tested and fine; a `finding` with a cure is a hint that goes with it. */
export function stepDone(step: Step, by: Finding | string): Finding {
  if (typeof by === 'string') return said(step, true, `已完成（${by}）`, '')
  return said(step, true, by.cure === '' ? `已完成（${by.message}）` : by.message, by.cure)
}

/** A test found it missing. */
export function stepFailed(step: Step, failed: Finding[]): Finding {
  const messages = failed.map(({ message }) => message).join('；')
  return said(step, false, `检查未通过：${messages}`, failed[0]!.cure)
}

/** As it was said by hand or proven last. */
export function stepKept(step: Step, { state, day, source, evidence }: Standing): Finding {
  const on = day.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
  const why = `${on}，${source === 'hand' ? '人工填写' : evidence}`
  if (state === 'granted') return said(step, true, `已完成（${why}）`, '')
  if (state === 'asked') return said(step, true, `已申请，等待结果（${why}）`, step.known)
  return said(step, false, `${source === 'hand' ? '被拒绝' : '还缺这一步'}（${why}）`, step.cure)
}

/** Our own tables show that it is still to do; a merchant that is being set up is not wrong for that. */
export function stepLeft(step: Step, words: string): Finding {
  return said(step, true, words, step.cure)
}

export function stepUnknown(step: Step): Finding {
  return said(step, true, '未确认', step.known)
}

export function stepNotNeeded(step: Step): Finding {
  return said(step, true, '不需要（导入的批次都不是这一种）', '')
}

function said({ number, name }: Step, ok: boolean, words: string, cure: string): Finding {
  return { check: `step_${String(number).padStart(2, '0')}`, ok, message: `${name}：${words}`, cure }
}
