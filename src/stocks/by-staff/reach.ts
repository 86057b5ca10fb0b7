import type { Act } from '../../operators/rights/permissions.ts'
import { rolesFor } from '../../operators/rights/permissions.ts'
import { may, type Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'

/**
 * Whose stocks of the merchant the person may do `act` with: those of all creators, or only those of the numbers by
 * which a provider's staff came here.
 */
export function creatorsFor(
  { memberships }: Pick<Person, 'memberships'>,
  act: Act,
  merchantId: number,
): 'all' | string[] {
  const here = memberships.filter(
    (one) => rolesFor(act).includes(one.role) && may({ memberships: [one] }, act, ofMerchant(merchantId)),
  )
  const numbers = here.map(({ provider_mchid }) => provider_mchid)
  return numbers.includes(null) ? 'all' : numbers.flatMap((number) => number ?? [])
}

/** True when the person may do `act` with a stock that `creatorMchid` made for the merchant. */
export function mayWithStock(person: Person, act: Act, stock: { merchant_id: number; creator_mchid: string }): boolean {
  const creators = creatorsFor(person, act, stock.merchant_id)
  return creators === 'all' || creators.includes(stock.creator_mchid)
}
