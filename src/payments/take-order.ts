import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { Payment as Order } from '../wechat/pay/payment.ts'
import type { FoundOrder } from './ask-wechat.ts'
import { recordPayment } from './intake.ts'
import { factsOfOrder } from './order-facts.ts'
import type { Payment } from './payment.ts'

/** What WeChat's answer about an order means for this merchant. */
export type TakenOrder =
  /** Several for a combined order. */
  | { kind: 'paid'; transactionIds: string[] }
  /** `final`: it was closed, and will never be paid. */
  | { kind: 'not_paid'; final: boolean }
  /** It was refunded before we knew of the payment: only a notification or an event can say what is left. */
  | { kind: 'refunded' }
  | { kind: 'not_ours' }

const closed = ['CLOSED', 'REVOKED', 'PAYERROR']

/**
 * Writes the payments that WeChat's answer proves into our ledger: all of them, or only those of the member `openid`.
 * Grants nothing. Throws what the database throws.
 */
export async function takeOrder(
  services: Services,
  merchant: Merchant,
  { mchid, order }: FoundOrder,
  openid?: string,
): Promise<TakenOrder> {
  const states = statesOf(order)
  if (!states.includes('SUCCESS')) {
    if (states.includes('REFUND')) return { kind: 'refunded' }
    return { kind: 'not_paid', final: states.length > 0 && states.every((state) => closed.includes(state)) }
  }
  const facts = factsOfOrder(merchant, mchid, order, 'query')
  const payments = facts.flatMap((fact) => (fact.kind === 'payment' ? [fact.payment] : []))
  const wanted = payments.filter((payment) => openid === undefined || payment.openid === openid)
  const transactionIds = await record(services, merchant, wanted, openid)
  return transactionIds.length > 0 ? { kind: 'paid', transactionIds } : { kind: 'not_ours' }
}

/** The numbers of those that stand under the member, if one is named: the first report of a payment counts. */
async function record(
  services: Services,
  merchant: Merchant,
  payments: Payment[],
  openid: string | undefined,
): Promise<string[]> {
  const taken: string[] = []
  for (const payment of payments) {
    const payer = await recordPayment(services, merchant, payment)
    if (openid === undefined || payer === openid) taken.push(payment.transactionId)
  }
  return taken
}

function statesOf(order: Order): string[] {
  return order.shape === 'combined' ? order.sub_orders.map((one) => one.trade_state) : [order.trade_state]
}
