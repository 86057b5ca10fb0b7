import type { Merchant } from '../../../../merchants/merchant.ts'
import type { Stock } from '../../../../plumbing/storage/schema/stock.ts'
import { mayWithStock } from '../../../../stocks/by-staff/reach.ts'
import type { Context } from '../../../shell/context.ts'
import { storedStock } from '../../../../stocks/imported.ts'
import { consolePaths as paths } from '../../paths.ts'
import type { MerchantState } from '../../state.ts'

/** The merchant's stock that the address names; 404 where there is none that the person may look at. */
export async function namedStock(ctx: Context<MerchantState>): Promise<Stock> {
  const { services, merchant, person } = ctx.state
  const { stock: stockId = '' } = ctx.params
  const stock = await storedStock(services.db, merchant.id, stockId)
  if (!stock || !mayWithStock(person, 'look', stock)) return ctx.throw(404)
  return stock
}

/** The addresses of the merchant's pages about one of its stocks. */
export function stockPaths({ slug }: Pick<Merchant, 'slug'>, stockId: string) {
  const at = (path: string) => path.replace(':merchant', slug).replace(':stock', stockId)
  return {
    list: at(paths.stocks),
    import: at(paths.stockImport),
    page: at(paths.stock),
    shelf: at(paths.stockShelf),
    sync: at(paths.stockSync),
    state: at(paths.stockState),
    claim: at(paths.stockClaim),
    codeOf: (campaign: string) => at(paths.stockClaimCode).replace(':campaign', campaign),
  }
}
