import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { recordPayment } from './intake.ts'
import { factsOfOrder } from './order-facts.ts'
import { type OrderName, queryOrder } from './order-query.ts'

export type FoundPayment =
  | { kind: 'paid'; transactionId: string }
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
 * Grants nothing.
 */
export async function findOrQueryPayment(
  services: Services,
  merchant: Merchant,
  query: Record<string, unknown>,
  openid: string,
): Promise<FoundPayment> {
  const name = orderName(query)
  if (!name) return { kind: 'unknown_order' }
  const mine = await services.db
    .selectFrom('payments')
    .select('transaction_id')
    .where('merchant_id', '=', merchant.id)
    .where(name.by, '=', name.value)
    .where('openid', '=', openid)
    .executeTakeFirst()
  if (mine) return { kind: 'paid', transactionId: mine.transaction_id }

  const queried = await queryOrder(services, merchant, openid, name)
  if (queried.kind !== 'found') return queried
  const { mchid, order } = queried
  if (order.shape === 'combined') return { kind: 'unknown_order' }
  if (order.trade_state === 'REFUND') return { kind: 'refunded' }
  if (order.trade_state !== 'SUCCESS') return { kind: 'not_paid' }
  const [fact] = factsOfOrder(merchant, mchid, order, 'query')
  if (fact?.kind !== 'payment' || fact.payment.openid !== openid) return { kind: 'unknown_order' }
  const payer = await recordPayment(services, merchant, fact.payment)
  return payer === openid ? { kind: 'paid', transactionId: fact.payment.transactionId } : { kind: 'unknown_order' }
}

function orderName({ transaction_id, out_trade_no }: Record<string, unknown>): OrderName | undefined {
  if (isName('transaction_id', transaction_id)) return { by: 'transaction_id', value: transaction_id }
  if (isName('out_trade_no', out_trade_no)) return { by: 'out_trade_no', value: out_trade_no }
  return undefined
}

function isName(by: OrderName['by'], value: unknown): value is string {
  return typeof value === 'string' && shapes[by].test(value)
}
