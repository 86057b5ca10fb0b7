import type { Product, World, WorldAccount, WorldMerchant } from './world-types.ts'

/** Whether WeChat has opened a product for the number; a number without a list has all of them. */
export function isOpen(account: WorldAccount, product: Product): boolean {
  return account.products === undefined || account.products.includes(product)
}

/** Whether the merchant takes part in its provider's stocks that are not prefunded; in a world without a list all do. */
export function hasAccepted(world: World, provider: string, merchant: string): boolean {
  if (!world.invitations) return true
  return world.invitations.some(
    (each) => each.provider === provider && each.merchant === merchant && each.state === 'accepted',
  )
}

/** The numbers of a merchant's providers: all but its own, which is the first. */
export function providersOf(merchant: WorldMerchant): string[] {
  return merchant.mchids.slice(1)
}
