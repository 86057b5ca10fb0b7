import { writeAudit } from '../../operators/audit/write.ts'
import type { Person } from '../../operators/rights/person.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import type { Services } from '../../services.ts'
import { requireMayWithStock, stockDeed } from './deed.ts'

/**
 * Puts a stock on the shelf or takes it off (上架, 下架): whether it is offered when a campaign is edited. Campaigns that
 * give it go on. Throws `Declined`.
 */
export async function shelveStock(
  { db, clock, catalog }: Services,
  person: Person,
  stock: Stock,
  onShelf: boolean,
): Promise<void> {
  requireMayWithStock(person, 'keep_stocks', stock)
  await db.transaction().execute(async (trx) => {
    const changed = await trx
      .updateTable('stocks')
      .set({ on_shelf: onShelf })
      .where('id', '=', stock.id)
      .where('on_shelf', '<>', onShelf)
      .returning('id')
      .executeTakeFirst()
    if (!changed) return
    const deed = stockDeed({ clock, person, act: 'stock_shelved' }, stock)
    await writeAudit(trx, { ...deed, before: { on_shelf: !onShelf }, after: { on_shelf: onShelf } })
  })
  catalog.forget()
}
