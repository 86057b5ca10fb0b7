import type { ScopeColumns } from '../../plumbing/storage/schema.ts'

/** Where a membership holds, or where a deed is done: one merchant, one provider's number, or everything. */
export type Scope = ScopeColumns

export const everywhere: Scope = { merchant_id: null, provider_mchid: null }

export function ofMerchant(merchantId: number): Scope {
  return { merchant_id: merchantId, provider_mchid: null }
}

export function ofProvider(mchid: string): Scope {
  return { merchant_id: null, provider_mchid: mchid }
}

/**
 * True when what holds in `wide` holds in `narrow`. A provider's number does not cover its merchants by itself:
 * `person.ts` adds those that name it.
 */
export function covers(wide: Scope, narrow: Scope): boolean {
  if (wide.merchant_id === null && wide.provider_mchid === null) return true
  return wide.merchant_id === narrow.merchant_id && wide.provider_mchid === narrow.provider_mchid
}
