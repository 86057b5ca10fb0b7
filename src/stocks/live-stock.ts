import { type Account, type Merchant, sendersOf } from '../merchants/merchant.ts'
import { operatorTimeoutMs } from '../operator-patience.ts'
import type { Services } from '../services.ts'
import { readStock, type StockDetail } from '../wechat/pay/favor.ts'
import type { PayReply } from '../wechat/pay/types.ts'
import { unusableStock } from './unusable-stock.ts'

const notASender = '发券商户号不能读取这个批次，请服务商在批次的“可发券商户”里加上它'

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
  if (!sender?.keys)
    throw unusableStock(
      stockId,
      [`merchant ${merchant.slug} has no sender account with keys`],
      ['还没有配置发券商户号的密钥，请先在接口设置里配置'],
    )
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
    throw unusableStock(
      stockId,
      [`WeChat Pay gave no usable answer: ${reply.word}${trail}`],
      [`微信支付没有正常回答（${reply.word}），请稍后再试${trail}`],
    )
  const [english, chinese = refusedInChinese(reply)] = causes[reply.code] ?? []
  const answer = `${[reply.status, reply.code, reply.message].filter(Boolean).join(' ')}${trail}`
  const said = `WeChat Pay answered ${reply.status} ${reply.code} ${reply.message}${trail}`
  throw unusableStock(stockId, [english ? `${english}: ${said}` : said], [`${chinese}。微信返回：${answer}`])
}

function refusedInChinese({ status }: { status: number }): string {
  if (status === 429) return '读取太频繁，请一分钟后再试'
  return status >= 500 ? '微信支付没有正常回答，请稍后再试' : '微信支付拒绝了读取'
}

/** The codes of docs/wechat/pay-v3.md 2.0 that a query can get. */
const causes: Record<string, [english: string, chinese: string] | undefined> = {
  RESOURCE_NOT_EXISTS: ['it does not exist', '没有这个批次，请核对批次号'],
  PARAM_ERROR: [
    'the number does not exist or belongs to another creator',
    '没有这个批次，或者它不是由这个制券商户号创建的，请核对批次号',
  ],
  MCH_NOT_EXISTS: ['the creator is not a merchant number', '制券商户号不存在，请核对'],
  REQUEST_BLOCKED: ['this merchant number may not read it', notASender],
  SIGN_ERROR: [
    "the sender's key, serial or clock is wrong",
    '发券商户号的私钥、证书序列号或服务器时间不对，请重新配置密钥',
  ],
  NO_AUTH: ['this merchant number may not read it', notASender],
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
  throw unusableStock(
    stockId,
    [`merchant ${merchant.slug} has ${found}: name the creator of the stock`],
    [providers.length === 0 ? '商户文件里没有服务商号，请填写制券商户号' : '有多个服务商号，请选择制券商户号'],
  )
}
