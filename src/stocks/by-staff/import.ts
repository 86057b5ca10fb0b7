import { Declined } from '../../operators/rights/declined.ts'
import { writeAudit } from '../../operators/audit/write.ts'
import type { Person } from '../../operators/rights/person.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import type { Services } from '../../services.ts'
import { storeStock } from '../import.ts'
import type { StockOnOffer } from '../look.ts'
import { statedTags } from '../stated-tags.ts'
import { unusableStock } from '../unusable-stock.ts'
import { requireMayWithStock, stockDeed } from './deed.ts'

/**
 * Stores a stock that a person has looked at; `tags`: what they say where WeChat hides them. Throws `Unusable` with each
 * reason why it cannot be sent, and `Declined`.
 */
export async function importStockFor(
  services: Services,
  person: Person,
  { merchant, look, tags: stated }: { merchant: Merchant; look: StockOnOffer; tags: string[] },
): Promise<Stock> {
  requireMayWithStock(person, 'keep_stocks', { merchant_id: merchant.id, creator_mchid: look.creatorMchid })
  const { stockId, faults, shownTags } = look
  if (faults.length > 0)
    throw unusableStock(
      stockId,
      faults.map(({ english }) => english),
      faults.map(({ chinese }) => chinese),
    )
  const tags = statedTags(shownTags, shownTags.length > 0 ? undefined : stated)
  if ('fault' in tags && shownTags.length > 0)
    throw unusableStock(stockId, [tags.fault], ['订单优惠标记不在六种允许的组合内'])
  if ('fault' in tags) throw new Declined('stock_tags_wrong')
  const { clock, db, catalog } = services
  const stock = await db.transaction().execute(async (trx) => {
    const stored = await storeStock({ clock, db: trx }, merchant, { look, tags })
    await writeAudit(trx, { ...stockDeed({ clock, person, act: 'stock_imported' }, stored), after: stored })
    return stored
  })
  catalog.forget()
  return stock
}
