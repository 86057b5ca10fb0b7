import type { StepNumber } from './steps.ts'

/** What a real answer of WeChat, or our own ledger, proves about a step. */
export type Fact = {
  step: StepNumber
  state: 'granted' | 'refused'
  /** When WeChat answered, or when we wrote what it is read from. */
  at: Date
  /** Chinese, with WeChat's own words where it refused. */
  words: string
  /** WeChat's Request-ID, by which its support finds the answer. */
  requestId?: string | null | undefined
}

/** The fact as it is kept and shown. */
export function evidenceOf({ words, requestId }: Fact): string {
  return requestId ? `${words}（Request-ID ${requestId}）` : words
}

/** The newest of these facts. */
export function newest(facts: Fact[]): Fact[] {
  return facts.toSorted((a, b) => b.at.getTime() - a.at.getTime()).slice(0, 1)
}
