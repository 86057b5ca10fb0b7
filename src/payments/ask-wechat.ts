import type { Account, Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { readCombinedOrder, readOrder } from '../wechat/pay/orders.ts'
import type { Payment as Order } from '../wechat/pay/payment.ts'
import type { PayReply } from '../wechat/pay/types.ts'

/** The name of an order: of an out_trade_no it is open whether it is an order's own or a combined order's. */
export type OrderName = { by: 'transaction_id' | 'out_trade_no'; value: string }

export type FoundOrder = { kind: 'found'; mchid: string; order: Order }

export type QueriedOrder =
  /** `mchid` is the number whose keys asked. */
  | FoundOrder
  | { kind: 'unknown_order' }
  /** WeChat gave no reliable answer, or was asked too often. */
  | { kind: 'later' }

/** The number that placed an order, and for whom. */
export type Line = { mchid: string; subMchid: string | undefined }

/** `line`: who is said to have placed the order, asked first. `combined`: whether it may be a combined order's name. */
export type AskOptions = { line?: Line; combined?: boolean }

/** Per query. A page waits for all of its queries. */
const queryTimeoutMs = 2_500
/** If a merchant has more lines than this, only the first ones are asked; notifications report the other payments. */
const mostLines = 6

/**
 * Asks WeChat about an order, with one of the merchant's numbers after the other until one of them finds it: as direct
 * merchant, as the provider of a sub-merchant, then as a combined order, which the ordinary query does not find
 * (docs/wechat/payment-triggers.md 2).
 */
export async function askWeChat(
  services: Services,
  merchant: Merchant,
  name: OrderName,
  { line, combined = name.by === 'out_trade_no' }: AskOptions = {},
): Promise<QueriedOrder> {
  const lines = linesOf(merchant).toSorted((a, b) => Number(isOf(b, line)) - Number(isOf(a, line)))
  let unclear = false
  for (const { account, subMchid } of lines.slice(0, mostLines)) {
    const reply = await readOrder(services.pay(account), { ...name, subMchid, timeoutMs: queryTimeoutMs })
    if (reply.kind === 'ok') return { kind: 'found', mchid: account.mchid, order: reply.body }
    // For a number that did not place the order, WeChat answers "not found", or that the numbers do not match.
    unclear ||= isUnclear(reply)
  }
  // Where a number gave no answer, it may be its order, and the page need not wait for more questions.
  if (unclear) return { kind: 'later' }
  return combined ? askCombined(services, lines, name.value) : { kind: 'unknown_order' }
}

/** By each number once: a combined order is asked for by the number that placed it, whoever its parts belong to. */
async function askCombined(services: Services, lines: OpenLine[], combineOutTradeNo: string): Promise<QueriedOrder> {
  const accounts = new Set(lines.map(({ account }) => account))
  for (const account of [...accounts].slice(0, mostLines)) {
    const reply = await readCombinedOrder(services.pay(account), { combineOutTradeNo, timeoutMs: queryTimeoutMs })
    if (reply.kind === 'ok') return { kind: 'found', mchid: account.mchid, order: reply.body }
    if (isUnclear(reply)) return { kind: 'later' }
  }
  return { kind: 'unknown_order' }
}

function isUnclear(reply: Exclude<PayReply<unknown>, { kind: 'ok' }>): boolean {
  return reply.kind === 'unknown' || reply.status >= 500 || reply.status === 429
}

/** Whether some number of the merchant has the keys to ask about an order that this line placed. */
export function canAsk(merchant: Merchant, line: Line): boolean {
  return linesOf(merchant).some((one) => isOf(one, line))
}

function isOf({ account, subMchid }: OpenLine, line: Line | undefined): boolean {
  return account.mchid === line?.mchid && subMchid === line.subMchid
}

type OpenLine = { account: Account; subMchid: string | undefined }

/** An order is placed by the merchant itself, or by a provider for it: then only the provider's keys can query it. */
function linesOf({ accounts }: Merchant): OpenLine[] {
  const senders = accounts.filter((account) => account.role === 'sender')
  const providers = accounts.filter((account) => account.role === 'provider' && account.keys)
  return [
    ...senders.map((account) => ({ account, subMchid: undefined })),
    ...providers.flatMap((account) => senders.map(({ mchid }) => ({ account, subMchid: mchid }))),
  ]
}
