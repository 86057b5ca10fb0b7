import { type Account, type Merchant, sendersOf } from '../merchants/merchant.ts'
import { operatorTimeoutMs } from '../operator-patience.ts'
import type { Services } from '../services.ts'
import { readStock, type StockDetail } from '../wechat/pay/favor.ts'
import type { PayReply } from '../wechat/pay/types.ts'
import { unusableStock } from './unusable-stock.ts'

type Named = { stockId: string; creatorMchid: string }

/** Reads the stock from WeChat Pay as the merchant's sender. Throws `Unusable` when WeChat refuses or does not answer. */
export async function readLiveStock(services: Services, merchant: Merchant, stock: Named): Promise<StockDetail> {
  return readAs(services, senderWithKeys(merchant, stock.stockId), stock)
}

/**
 * The same by either party's keys: the sender's, or when those bring nothing the creator's, where the merchant file has
 * them. Throws `Unusable` with what the sender was told.
 */
export async function readLiveStockByAny(services: Services, merchant: Merchant, stock: Named): Promise<StockDetail> {
  const creator = merchant.accounts.find(({ mchid, keys }) => mchid === stock.creatorMchid && keys)
  const sender = sendersOf(merchant, [])[0]
  if (!creator || sender?.mchid === creator.mchid) return readLiveStock(services, merchant, stock)
  if (!sender?.keys) return readAs(services, creator, stock)
  const told = await ask(services, sender, stock)
  if (told.kind === 'ok') return told.body
  const known = await ask(services, creator, stock)
  return known.kind === 'ok' ? known.body : refuse(stock.stockId, told)
}

function senderWithKeys(merchant: Merchant, stockId: string): Account {
  const sender = sendersOf(merchant, [])[0]
  if (!sender?.keys) throw unusableStock(stockId, [`merchant ${merchant.slug} has no sender account with keys`])
  return sender
}

async function readAs(services: Services, account: Account, stock: Named): Promise<StockDetail> {
  const reply = await ask(services, account, stock)
  return reply.kind === 'ok' ? reply.body : refuse(stock.stockId, reply)
}

function ask(services: Services, account: Account, stock: Named): Promise<PayReply<StockDetail>> {
  return readStock(services.pay(account), { ...stock, timeoutMs: operatorTimeoutMs })
}

function refuse(stockId: string, reply: Exclude<PayReply<StockDetail>, { kind: 'ok' }>): never {
  const trail = reply.requestId ? ` (Request-ID ${reply.requestId})` : ''
  if (reply.kind === 'unknown')
    throw unusableStock(stockId, [`WeChat Pay gave no usable answer: ${reply.word}${trail}`])
  const cause = causes[reply.code]
  const said = `WeChat Pay answered ${reply.status} ${reply.code} ${reply.message}${trail}`
  throw unusableStock(stockId, [cause ? `${cause}: ${said}` : said])
}

/** The codes of docs/wechat/pay-v3.md 2.0 that a query can get. */
const causes: Record<string, string | undefined> = {
  RESOURCE_NOT_EXISTS: 'it does not exist',
  PARAM_ERROR: 'the number does not exist or belongs to another creator',
  MCH_NOT_EXISTS: 'the creator is not a merchant number',
  REQUEST_BLOCKED: 'this merchant number may not read it',
  SIGN_ERROR: "the sender's key, serial or clock is wrong",
  NO_AUTH: 'this merchant number may not read it',
}

/**
 * The merchant number that made the stock: the named one, or else the merchant's only provider. Throws `Unusable` when
 * there is neither.
 */
export function creatorOf(merchant: Merchant, stockId: string, named: string | undefined): string {
  if (named) return named
  const providers = merchant.accounts.filter((account: Account) => account.role === 'provider')
  if (providers.length === 1) return providers[0]!.mchid
  const found = providers.length === 0 ? 'no provider account' : 'several provider accounts'
  throw unusableStock(stockId, [`merchant ${merchant.slug} has ${found}: name the creator of the stock`])
}
