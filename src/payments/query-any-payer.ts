import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { recordPayment } from './intake.ts'
import { factsOfOrder } from './order-facts.ts'
import { queryOrder } from './order-query.ts'
import type { Payment } from './payment.ts'

/**
 * Asks WeChat about an order whoever paid it, and writes the payment into our ledger: for a page that shows nothing of
 * its payer. All such pages of a merchant share one small number of questions, since anybody can open them. Undefined
 * when it is not paid, not the merchant's, or WeChat gave no answer. Grants nothing.
 */
export async function queryForAnybody(
  services: Services,
  merchant: Merchant,
  outTradeNo: string,
): Promise<Payment | undefined> {
  const name = { by: 'out_trade_no', value: outTradeNo } as const
  const queried = await queryOrder(services, merchant, 'anybody', name, 'receipt')
  if (queried.kind !== 'found') return undefined
  const { mchid, order } = queried
  if (order.shape === 'combined' || order.trade_state !== 'SUCCESS') return undefined
  const [fact] = factsOfOrder(merchant, mchid, order, 'query')
  if (fact?.kind !== 'payment') return undefined
  await recordPayment(services, merchant, fact.payment)
  return fact.payment
}
