import { writeAudit } from '../../operators/audit/write.ts'
import type { Person } from '../../operators/rights/person.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import type { Services } from '../../services.ts'
import { syncStock } from '../sync.ts'
import { requireMayWithStock, stockDeed } from './deed.ts'

/** Refreshes a stock because a person asked for it (同步). Throws as `syncStock`, and `Declined`. */
export async function syncStockFor(
  services: Services,
  person: Person,
  { merchant, stock }: { merchant: Merchant; stock: Stock },
): Promise<void> {
  requireMayWithStock(person, 'keep_stocks', stock)
  const fresh = await syncStock(services, merchant, stock)
  const { clock, db } = services
  const deed = stockDeed({ clock, person, act: 'stock_synced' }, stock)
  await db.transaction().execute((trx) => writeAudit(trx, { ...deed, before: stock, after: fresh }))
}
