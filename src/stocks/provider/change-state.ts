import type { Merchant } from '../../merchants/merchant.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import { Unusable } from '../../plumbing/unusable.ts'
import type { Services } from '../../services.ts'
import { changeStock, type ChangedStock, type StockChange } from '../../wechat/pay/change-stock.ts'
import type { PayClient } from '../../wechat/pay/client.ts'
import { readStock } from '../../wechat/pay/favor.ts'
import { syncStock } from '../sync.ts'
import { unusableStock } from '../unusable-stock.ts'
import { noteAct } from './acts.ts'
import { askUntilKnown, type Known } from './ask-until-known.ts'
import { creatorAccount, creatorClient } from './creator.ts'
import { makerOf } from './made-stocks.ts'
import { refusalSentence, unknownSentence } from './refusals.ts'
import { whyNotInChinese } from './why-not-in-chinese.ts'
import { forbiddenBy, wantedState } from './stock-states.ts'

/** A stock in the wanted state. `stock`: as read afterwards, where it is imported. */
export type Changed = {
  stockId: string
  creatorMchid: string
  status: string
  stock: Stock | undefined
  warnings: string[]
}

const acts = { start: 'activate', pause: 'pause', restart: 'restart' } as const

/** Reading a stock takes WeChat about 100 ms; the act before it may have taken most of the operator's patience. */
const readTimeoutMs = 5_000

/**
 * Activates, pauses or restarts a stock with its creator's keys, and reads it again where it is imported. When the
 * answer is lost, the stock is read: in the wanted state it is done. Throws `Unusable` with the reason and the cure.
 */
export async function changeState(
  services: Services,
  merchant: Merchant,
  { change, stockId, by }: { change: StockChange; stockId: string; by: string },
): Promise<Changed> {
  const imported = await services.catalog.stock(merchant.id, stockId)
  const maker = imported?.creator_mchid ?? (await makerOf(services.db, merchant.id, stockId))
  const client = creatorClient(services, creatorAccount(merchant, maker))
  const known = await askUntilKnown(services, (limits) => changeStock(client, { change, stockId, ...limits }))
  const status = known.kind === 'ok' ? wantedState[change] : await statusAt(client, stockId)
  const isDone = status === wantedState[change]
  const act = { merchantId: merchant.id, creatorMchid: client.mchid, act: acts[change], subject: stockId, by }
  await noteAct(services, act, known, isDone ? 'done' : undefined)
  if (!isDone) throw unusableStock(stockId, [whyNot(change, known, status)], [whyNotInChinese(known, status)])
  return { stockId, creatorMchid: client.mchid, status, ...(await readAgain(services, merchant, imported)) }
}

/** The state of the stock as its creator sees it; undefined when that cannot be read either. */
async function statusAt(client: PayClient, stockId: string): Promise<string | undefined> {
  const reply = await readStock(client, { stockId, creatorMchid: client.mchid, timeoutMs: readTimeoutMs })
  return reply.kind === 'ok' ? reply.body.status : undefined
}

function whyNot(change: StockChange, known: Known<ChangedStock>, status: string | undefined): string {
  const forbidden = status === undefined ? undefined : forbiddenBy(change, status)
  if (known.kind === 'refused') {
    const sentence = refusalSentence(acts[change], known.reply)
    return forbidden === undefined ? sentence : `${forbidden}; ${sentence}`
  }
  if (known.kind === 'ok' || forbidden) return forbidden ?? ''
  const isFresh = change === 'start' && known.reply.kind === 'refusal' && known.reply.code === 'SYSTEM_ERROR'
  const hint = isFresh ? 'a stock may answer so in the minute after it was made: wait a minute; ' : ''
  return hint + unknownSentence(`it is ${wantedState[change]}`, known)
}

/** What is stored of it follows at once. The act is done, so a failure is only told. */
async function readAgain(
  services: Services,
  merchant: Merchant,
  imported: Stock | undefined,
): Promise<Pick<Changed, 'stock' | 'warnings'>> {
  if (!imported) return { stock: undefined, warnings: [] }
  try {
    return { stock: await syncStock(services, merchant, imported), warnings: [] }
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    return { stock: imported, warnings: [`it could not be read afterwards: ${error.message}`] }
  }
}
