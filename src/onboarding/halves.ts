import type { GuideHalf } from '../plumbing/storage/schema.ts'
import type { Step } from './steps.ts'

/** Each half as people call it. */
export const halfNames: Record<GuideHalf, string> = { provider: '服务商', merchant: '商户' }

/** True when the step is of this half; one that both have to do is of both. */
export function isOfHalf({ who }: Step, half: GuideHalf): boolean {
  return who.includes(halfNames[half])
}

export function otherHalf(half: GuideHalf): GuideHalf {
  return half === 'provider' ? 'merchant' : 'provider'
}
