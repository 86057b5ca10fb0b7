import { kept } from '../plumbing/cache.ts'
import { type AskKind, mayAsk } from '../members/asks-of-member.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { askInTurn, sameOrderMs } from './ask-in-turn.ts'
import type { OrderName, QueriedOrder } from './ask-wechat.ts'

const ordersRemembered = 5_000

const answers = kept<string, Promise<QueriedOrder>>({ most: ordersRemembered, ageMs: sameOrderMs })

/**
 * Asks WeChat about an order that a member's page names: at most once in three seconds, however often the page is
 * loaded, and not more often for one member than is allowed. A receipt is never that of a combined order.
 */
export async function queryOrder(
  services: Services,
  merchant: Merchant,
  openid: string,
  name: OrderName,
  kind: AskKind = 'order',
): Promise<QueriedOrder> {
  const { cache } = services
  const key = `${kind}/${merchant.id}/${name.by}/${name.value}`
  const last = cache.get(answers, key)
  if (last) return last
  // An out_trade_no can be guessed.
  if (!(await mayAsk(services.cache, kind, merchant, openid))) return { kind: 'later' }
  const answer = askInTurn(services, merchant, name, kind === 'receipt' ? { combined: false } : {})
  cache.set(answers, key, answer)
  return answer
}
