import type { Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import type { PayClient } from '../../wechat/pay/client.ts'
import { type CreatedStock, createStock } from '../../wechat/pay/create-stock.ts'
import { noteAct } from './acts.ts'
import { askUntilKnown, type Known } from './ask-until-known.ts'
import { creatorClient } from './creator.ts'
import { keepRequest, keepStockId, type MadeStock } from './made-stocks.ts'
import { refusalSentence, unknownSentence } from './refusals.ts'
import { UnusableStock } from '../unusable-stock.ts'
import type { WantedStock } from './wanted-stock.ts'
import { whyNotInChinese } from './why-not-in-chinese.ts'

/** `isNew`: this act made it, or learned of it for the first time. */
export type Made = { stockId: string; outRequestNo: string; creatorMchid: string; isNew: boolean }

/**
 * Makes the stock at WeChat with its creator's keys, once: the request is kept before it is sent, and every repeat sends
 * the same bytes. A stock that is known is answered without a call. Throws `UnusableStock` when WeChat refuses, or when
 * nobody knows what became of it.
 */
export async function makeStock(
  services: Services,
  merchant: Merchant,
  wanted: WantedStock,
  by: string,
): Promise<Made> {
  const { creator, request, before } = wanted
  const made = { outRequestNo: request.outRequestNo, creatorMchid: creator.mchid }
  if (before?.stock_id) return { ...made, stockId: before.stock_id, isNew: false }
  const client = creatorClient(services, creator)
  const { db, clock } = services
  const row = await keepRequest(db, {
    merchantId: merchant.id,
    creatorMchid: creator.mchid,
    request,
    now: clock.now(),
  })
  if (row.stock_id) return { ...made, stockId: row.stock_id, isNew: false }
  const { stock_id: stockId } = await ask(services, client, { row, merchant, by })
  return { ...made, stockId, isNew: true }
}

async function ask(
  services: Services,
  client: PayClient,
  { row, merchant, by }: { row: MadeStock; merchant: Merchant; by: string },
): Promise<CreatedStock> {
  const known = await askUntilKnown(services, (limits) => createStock(client, { body: row.request, ...limits }))
  const stockId = known.kind === 'ok' ? known.body.stock_id : undefined
  if (stockId) await keepStockId(services.db, row, { stockId, now: services.clock.now() })
  const subject = stockId ?? row.out_request_no
  await noteAct(services, { merchantId: merchant.id, creatorMchid: client.mchid, act: 'create', subject, by }, known)
  return createdOf(known)
}

function createdOf(known: Known<CreatedStock>): CreatedStock {
  if (known.kind === 'ok') return known.body
  const chinese = [whyNotInChinese(known, undefined, '微信没有明确回答，请再创建一次：同一张填写单不会建成两个批次')]
  if (known.kind === 'unknown') throw new UnusableStock([unknownSentence('the stock was made', known)], chinese)
  const why = refusalSentence('create', known.reply)
  const fault = known.mayHaveArrived
    ? `${why}; an earlier try had no answer and may have made it: run the same command again`
    : why
  throw new UnusableStock([fault], chinese)
}
