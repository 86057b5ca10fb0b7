import type { Product, WorldAccount } from '../world.ts'

/** Whether WeChat has opened a product for a merchant number; all are open where the world names none. */
export function isOpen(account: WorldAccount, product: Product): boolean {
  return account.products?.includes(product) ?? true
}
