import type { Merchant } from '../../../../merchants/merchant.ts'
import { consolePaths as paths } from '../../paths.ts'

/** The addresses of the pages on which a merchant's stock is made. */
export function newStockPaths({ slug }: Pick<Merchant, 'slug'>): { form: string; create: string } {
  const at = (path: string) => path.replace(':merchant', slug)
  return { form: at(paths.stockNew), create: at(paths.stockCreate) }
}
