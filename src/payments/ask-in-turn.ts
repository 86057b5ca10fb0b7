import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { type AskOptions, askWeChat, type OrderName, type QueriedOrder } from './ask-wechat.ts'

/** WeChat is asked about one order at most once in this time, by all processes together. */
export const sameOrderMs = 3_000

/**
 * Asks WeChat about an order, and only one of all processes does. The others answer `later`, and find the payment in our
 * ledger when they ask again.
 */
export async function askInTurn(
  services: Services,
  merchant: Merchant,
  name: OrderName,
  options?: AskOptions,
): Promise<QueriedOrder> {
  const { redis, log } = services
  const key = `order-query/{${merchant.id}/${name.by}/${name.value}}`
  try {
    const turn = await redis?.set(key, services.processName, 'PX', sameOrderMs, 'NX')
    if (redis && turn === null) return { kind: 'later' }
  } catch (error) {
    log.warn({ err: error }, 'no turn from Redis: asking anyway')
  }
  return askWeChat(services, merchant, name, options)
}
