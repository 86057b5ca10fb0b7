import { writeAudit } from '../../operators/audit/write.ts'
import type { Person } from '../../operators/rights/person.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import type { Services } from '../../services.ts'
import type { StockChange } from '../../wechat/pay/change-stock.ts'
import { changeState } from '../provider/change-state.ts'
import { requireMayWithStock, stockDeed } from './deed.ts'

/**
 * Activates, pauses or restarts a stock at WeChat because a person asked for it. Throws as `changeState`, and
 * `Declined`. Returns what the person should know although it is done.
 */
export async function changeStateFor(
  services: Services,
  person: Person,
  { merchant, stock, change }: { merchant: Merchant; stock: Stock; change: StockChange },
): Promise<string[]> {
  requireMayWithStock(person, 'act_at_wechat', stock)
  const changed = await changeState(services, merchant, { change, stockId: stock.stock_id, by: person.email })
  const { clock, db } = services
  const deed = stockDeed({ clock, person, act: 'stock_state_changed' }, stock)
  const [before, after] = [{ status: stock.status }, { status: changed.status }]
  await db.transaction().execute((trx) => writeAudit(trx, { ...deed, before, after }))
  return changed.warnings
}
