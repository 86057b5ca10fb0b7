import { Declined } from '../../operators/rights/declined.ts'
import type { AuditAct } from '../../operators/audit/acts.ts'
import type { Deed } from '../../operators/audit/write.ts'
import type { Act } from '../../operators/rights/permissions.ts'
import { doerOf, type Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'
import type { Clock } from '../../plumbing/clock.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import { stockSubject } from '../stock-warnings.ts'
import { mayWithStock } from './reach.ts'

/** Throws `Declined` when the person may not do `act` with this stock. */
export function requireMayWithStock(person: Person, act: Act, stock: Parameters<typeof mayWithStock>[2]): void {
  if (!mayWithStock(person, act, stock)) throw new Declined('not_allowed')
}

/** A deed with a stock, for its row of the audit. */
export function stockDeed(
  { clock, person, act }: { clock: Clock; person: Person; act: AuditAct },
  stock: Pick<Stock, 'merchant_id' | 'stock_id'>,
): Omit<Deed, 'before' | 'after'> {
  return {
    at: clock.now(),
    by: doerOf(person),
    act,
    scope: ofMerchant(stock.merchant_id),
    subject: stockSubject(stock),
  }
}
