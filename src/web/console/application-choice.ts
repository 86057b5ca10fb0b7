import type { Merchant } from '../../merchants/merchant.ts'
import type { Context } from '../shell/context.ts'
import type { ProviderState } from './state.ts'

/** More than one e-mail's table needs. */
const chosenAtMost = 200

/** The merchants of these slugs that are the provider's; others are left out, as if there were none. */
export async function chosenOf({ state }: Context<ProviderState>, slugs: string[]): Promise<Merchant[]> {
  const found: Merchant[] = []
  for (const slug of new Set(slugs.slice(0, chosenAtMost))) {
    const merchant = await state.services.catalog.merchant(slug)
    if (merchant && state.merchantIds.includes(merchant.id)) found.push(merchant)
  }
  return found
}

/** Those that can apply: a merchant without a number of its own sends nothing. */
export function readyOf(merchants: Merchant[]): Merchant[] {
  return merchants.filter(({ accounts }) => accounts.some(({ role }) => role === 'sender'))
}

/** `path` with the chosen merchants in its query. */
export function withQuery(path: string, slugs: string[]): string {
  return `${path}?${new URLSearchParams(slugs.map((slug): [string, string] => ['merchant', slug])).toString()}`
}
