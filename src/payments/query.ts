import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { OrderName } from './ask-wechat.ts'
import { noteAnswered, noteAskedByPage } from './asked-orders.ts'
import { queryOrder } from './order-query.ts'
import { takeOrder } from './take-order.ts'

export type FoundPayment =
  /** Several for a combined order. */
  | { kind: 'paid'; transactionIds: string[] }
  | { kind: 'not_paid' }
  | { kind: 'unknown_order' }
  /** It was refunded before we knew of the payment: only a notification or an event can say what is left. */
  | { kind: 'refunded' }
  | { kind: 'later' }

/** The forms that WeChat defines; WeChat is not asked about anything else. */
const shapes = { transaction_id: /^[0-9A-Za-z_-]{1,64}$/, out_trade_no: /^[0-9A-Za-z_|*@-]{1,64}$/ }

/**
 * Finds the payment that an address names, in our ledger or else at WeChat, and checks that this member paid it:
 * without this check anyone with the link could claim the gift (docs/wechat/payment-triggers.md 2). Another's order is
 * answered like one that does not exist, after the same questions: who counts up order numbers learns no shop's sales.
 * An order that is not known to be this member's and paid is asked about again later, by itself. Grants nothing.
 */
export async function findOrQueryPayment(
  services: Services,
  merchant: Merchant,
  query: Record<string, unknown>,
  openid: string,
): Promise<FoundPayment> {
  const name = orderName(query)
  if (!name) return { kind: 'unknown_order' }
  const mine = await knownPayments(services.db, merchant, openid, name)
  if (mine.length > 0) return { kind: 'paid', transactionIds: mine }

  const queried = await queryOrder(services, merchant, openid, name)
  const taken = queried.kind === 'found' ? await takeOrder(services, merchant, queried, openid) : queried
  if (taken.kind !== 'paid') {
    await noteAskedByPage(services, merchant, openid, name)
    return { kind: taken.kind === 'not_ours' ? 'unknown_order' : taken.kind }
  }
  if (queried.kind === 'found' && queried.order.shape === 'combined')
    await noteAnswered(services, merchant, name, { outcome: 'confirmed', transactionIds: taken.transactionIds })
  return taken
}

/** The member's payments of that name; a combined order's are known by what WeChat answered about it. */
async function knownPayments(db: Db, merchant: Merchant, openid: string, name: OrderName): Promise<string[]> {
  const rows = await db
    .selectFrom('payments')
    .select('transaction_id')
    .where('merchant_id', '=', merchant.id)
    .where('openid', '=', openid)
    .where((eb) => {
      const asked = eb
        .selectFrom('asked_orders')
        .select((one) => one.fn<string>('unnest', ['transaction_ids']).as('transaction_id'))
        .where('merchant_id', '=', merchant.id)
        .where('named_by', '=', name.by)
        .where('name', '=', name.value)
      return eb.or([eb(name.by, '=', name.value), eb('transaction_id', 'in', asked)])
    })
    .orderBy('id')
    .execute()
  return rows.map((row) => row.transaction_id)
}

function orderName({ transaction_id, out_trade_no }: Record<string, unknown>): OrderName | undefined {
  if (isName('transaction_id', transaction_id)) return { by: 'transaction_id', value: transaction_id }
  if (isName('out_trade_no', out_trade_no)) return { by: 'out_trade_no', value: out_trade_no }
  return undefined
}

function isName(by: OrderName['by'], value: unknown): value is string {
  return typeof value === 'string' && shapes[by].test(value)
}
