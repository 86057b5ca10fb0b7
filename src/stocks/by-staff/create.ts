import { writeAudit } from '../../operators/audit/write.ts'
import { requireFreshCode } from '../../operators/rights/guard.ts'
import { doerOf, type Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { type Made, makeStock } from '../provider/make-stock.ts'
import type { WantedStock } from '../provider/wanted-stock.ts'
import { requireMayWithStock } from './deed.ts'

/**
 * Makes a stock at WeChat because a person asked for it, once however often it is asked. Throws as `makeStock`, and
 * `Declined` when the person may not, or gave no code of their authenticator lately.
 */
export async function createStockFor(
  services: Services,
  person: Person,
  { merchant, wanted }: { merchant: Merchant; wanted: WantedStock },
): Promise<Made> {
  requireMayWithStock(person, 'act_at_wechat', { merchant_id: merchant.id, creator_mchid: wanted.creator.mchid })
  requireFreshCode(person, services.clock)
  const made = await makeStock(services, merchant, wanted, person.email)
  if (!made.isNew) return made
  const { db, clock } = services
  const deed = { at: clock.now(), by: doerOf(person), act: 'stock_created', scope: ofMerchant(merchant.id) } as const
  const after = { out_request_no: made.outRequestNo, request: wanted.request.text }
  await db
    .transaction()
    .execute((trx) => writeAudit(trx, { ...deed, subject: `批次 ${made.stockId}`, before: {}, after }))
  return made
}
