import type { Merchant } from '../merchants/merchant.ts'
import { factsOfOrder } from '../payments/order-facts.ts'
import type { Payment } from '../payments/payment.ts'
import type { Services } from '../services.ts'
import type { BillRow } from '../wechat/files/bill-row.ts'
import { readOrder } from '../wechat/pay/orders.ts'
import { askerOf } from './askers.ts'

export type AskedOrder =
  | { kind: 'paid'; payment: Payment }
  /** Any refund, even a partial one, makes the order's state REFUND: what is left of it is not known from the order. */
  | { kind: 'refunded' }
  | { kind: 'no_payer' }
  | { kind: 'unanswered' }

/** An order, and who placed it for whom. */
type Placed = Pick<BillRow, 'mchid' | 'subMchid' | 'transactionId'>

const turnMs = 30_000
const triesAtMost = 3

/** Asks WeChat for what a bill does not say of one order, as the number that placed it, at that number's pace. */
export async function askOrder(services: Services, merchant: Merchant, row: Placed): Promise<AskedOrder> {
  const account = await askerOf(services, row.mchid)
  if (!account) return { kind: 'unanswered' }
  for (let nth = 1; nth <= triesAtMost; nth += 1) {
    if (!(await services.pace.take(account, turnMs))) continue
    const order = {
      by: 'transaction_id' as const,
      value: row.transactionId,
      ...(row.subMchid && { subMchid: row.subMchid }),
    }
    const reply = await readOrder(services.pay(account), order)
    if (reply.kind === 'ok') {
      if (reply.body.shape !== 'combined' && reply.body.trade_state === 'REFUND') return { kind: 'refunded' }
      const facts = factsOfOrder(merchant, account.mchid, reply.body, 'bill')
      const fact = facts.find((one) => one.kind === 'payment' && one.payment.transactionId === row.transactionId)
      return fact?.kind === 'payment' ? { kind: 'paid', payment: fact.payment } : { kind: 'no_payer' }
    }
    if (reply.kind === 'refusal' && reply.status < 500 && reply.status !== 429) return { kind: 'unanswered' }
    if (reply.kind === 'refusal' && reply.status === 429) await services.pace.slowDown(account.mchid)
  }
  return { kind: 'unanswered' }
}
