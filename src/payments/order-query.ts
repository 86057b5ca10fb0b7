import { kept } from '../plumbing/cache.ts'
import { type AskKind, mayAsk } from '../members/asks-of-member.ts'
import type { Account, Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { readOrder } from '../wechat/pay/orders.ts'
import type { Payment as Order } from '../wechat/pay/payment.ts'

/** The name of an order in a member's address. */
export type OrderName = { by: 'transaction_id' | 'out_trade_no'; value: string }

export type QueriedOrder =
  /** `mchid` is the number whose keys asked. */
  | { kind: 'found'; mchid: string; order: Order }
  | { kind: 'unknown_order' }
  /** WeChat gave no reliable answer, or was asked too often. */
  | { kind: 'later' }

/** WeChat is asked about one order at most once in this time, however often its page is loaded. */
const sameOrderMs = 3_000
/** Per query. A page waits for all of its queries. */
const queryTimeoutMs = 2_500
/** If a merchant has more lines than this, only the first ones are asked; notifications report the other payments. */
const mostLines = 6
const ordersRemembered = 5_000

const answers = kept<string, Promise<QueriedOrder>>({ most: ordersRemembered, ageMs: sameOrderMs })

/**
 * Asks WeChat about an order, with one of the merchant's numbers after the other until one of them finds it
 * (docs/wechat/payment-triggers.md 2).
 */
export async function queryOrder(
  services: Services,
  merchant: Merchant,
  openid: string,
  name: OrderName,
  kind: AskKind = 'order',
): Promise<QueriedOrder> {
  const { cache } = services
  const key = `${merchant.id}/${name.by}/${name.value}`
  const last = cache.get(answers, key)
  if (last) return last
  // An out_trade_no can be guessed.
  if (!(await mayAsk(services.cache, kind, merchant, openid))) return { kind: 'later' }
  const answer = askInTurn(services, merchant, name, key)
  cache.set(answers, key, answer)
  return answer
}

/**
 * Only one of all processes asks WeChat. The others answer `later`, and find the payment in our ledger when their page
 * asks again.
 */
async function askInTurn(services: Services, merchant: Merchant, name: OrderName, key: string): Promise<QueriedOrder> {
  const { redis, log } = services
  try {
    const turn = await redis?.set(`order-query/{${key}}`, services.processName, 'PX', sameOrderMs, 'NX')
    if (redis && turn === null) return { kind: 'later' }
  } catch (error) {
    log.warn({ err: error }, 'no turn from Redis: asking anyway')
  }
  return askEveryLine(services, merchant, name)
}

async function askEveryLine(services: Services, merchant: Merchant, name: OrderName): Promise<QueriedOrder> {
  let unclear = false
  for (const { account, subMchid } of linesOf(merchant).slice(0, mostLines)) {
    const reply = await readOrder(services.pay(account), { ...name, subMchid, timeoutMs: queryTimeoutMs })
    if (reply.kind === 'ok') return { kind: 'found', mchid: account.mchid, order: reply.body }
    // For a number that did not place the order, WeChat answers "not found", or that the numbers do not match.
    if (reply.kind === 'unknown' || reply.status >= 500 || reply.status === 429) unclear = true
  }
  return { kind: unclear ? 'later' : 'unknown_order' }
}

/** An order is placed by the merchant itself, or by a provider for it: then only the provider's keys can query it. */
function linesOf({ accounts }: Merchant): { account: Account; subMchid?: string }[] {
  const senders = accounts.filter((account) => account.role === 'sender')
  const providers = accounts.filter((account) => account.role === 'provider' && account.keys)
  return [
    ...senders.map((account) => ({ account })),
    ...providers.flatMap((account) => senders.map(({ mchid }) => ({ account, subMchid: mchid }))),
  ]
}
