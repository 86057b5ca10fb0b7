import type { GuideHalf } from '../plumbing/storage/schema.ts'
import type { Person } from '../operators/rights/person.ts'
import type { Scope } from '../operators/rights/scope.ts'
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

/** A provider's staff do the provider's half; everybody else is the merchant's. */
export function halfOf({ memberships }: Pick<Person, 'memberships'>, { merchant_id: id }: Scope): GuideHalf {
  const here = memberships.filter(
    ({ merchant_id, provider_mchid, merchantIds }) =>
      merchant_id === id || (merchant_id === null && provider_mchid === null) || merchantIds.includes(id!),
  )
  return here.every(({ role }) => role === 'provider') ? 'provider' : 'merchant'
}
