import type { Standing } from '../onboarding/standing.ts'
import type { Step } from '../onboarding/steps.ts'
import type { Finding } from './findings.ts'

/** `waiting`: asked for, or still to do; `unknown`: nobody has tested it or said so. */
export type StepState = 'done' | 'failed' | 'waiting' | 'unneeded' | 'unknown'

/** What the doctor says of a step. */
export type StepVerdict = { step: Step; state: StepState; ok: boolean; words: string; cure: string }

/** The verdict as a line of the doctor's answer; the message begins with the step's name. */
export function findingOf({ step, ok, words, cure }: StepVerdict): Finding {
  return { check: `step_${String(step.number).padStart(2, '0')}`, ok, message: `${step.name}：${words}`, cure }
}

/** Tested and fine; a `finding` with a cure is a hint that goes with it. */
export function stepDone(step: Step, by: Finding | string): StepVerdict {
  if (typeof by === 'string') return said(step, 'done', `已完成（${by}）`, '')
  return said(step, 'done', by.cure === '' ? `已完成（${by.message}）` : by.message, by.cure)
}

/** A test found it missing. */
export function stepFailed(step: Step, failed: Finding[]): StepVerdict {
  const messages = failed.map(({ message }) => message).join('；')
  return said(step, 'failed', `检查未通过：${messages}`, failed[0]!.cure)
}

/** As it was said by hand or proven last. */
export function stepKept(step: Step, { state, day, source, evidence }: Standing): StepVerdict {
  const on = day.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
  const why = `${on}，${source === 'hand' ? '人工填写' : evidence}`
  if (state === 'granted') return said(step, 'done', `已完成（${why}）`, '')
  if (state === 'asked') return said(step, 'waiting', `已申请，等待结果（${why}）`, step.known)
  return said(step, 'failed', `${source === 'hand' ? '被拒绝' : '还缺这一步'}（${why}）`, step.cure)
}

/** Our own tables show that it is still to do; a merchant that is being set up is not wrong for that. */
export function stepLeft(step: Step, words: string): StepVerdict {
  return said(step, 'waiting', words, step.cure)
}

export function stepUnknown(step: Step): StepVerdict {
  return said(step, 'unknown', '未确认', step.known)
}

export function stepNotNeeded(step: Step): StepVerdict {
  return said(step, 'unneeded', '不需要（导入的批次都不是这一种）', '')
}

function said(step: Step, state: StepState, words: string, cure: string): StepVerdict {
  return { step, state, ok: state !== 'failed', words, cure }
}
