import { z } from 'zod'
import { favor } from '../pay/favor-path.ts'
import { readReply } from '../pay/read-reply.ts'
import { text } from '../pay/tolerant.ts'
import type { PayClient, PayReply } from '../pay/types.ts'

/** Where a file can be fetched for 30 s, and its SHA-1. `rows`: how many a flow by day says to have. */
export type FileOffer = { url: string; sha1: string; rows?: string | undefined }

const sha1 = z
  .string()
  .regex(/^[0-9a-fA-F]{40}$/)
  .transform((hex) => hex.toLowerCase())
const url = z.string().min(1).max(4096)

const billSchema = z
  .object({ hash_type: z.literal('SHA1'), hash_value: sha1, download_url: url })
  .transform((said): FileOffer => ({ url: said.download_url, sha1: said.hash_value }))

/** The trade bill of all that a number placed on a Beijing day, `2026-11-23` (docs/wechat/bills.md 1). */
export async function askTradeBill(client: PayClient, bill: { date: string }): Promise<PayReply<FileOffer>> {
  const query = new URLSearchParams({ bill_date: bill.date, bill_type: 'ALL', tar_type: 'GZIP' })
  const path = `/v3/bill/tradebill?${query.toString()}`
  return readReply(await client.call({ method: 'GET', path }), billSchema)
}

export type FlowName = 'use_flow' | 'refund_flow'
export type WholeFlowName = 'use_flow_whole' | 'refund_flow_whole'

const words = { use_flow: ['use-flow', 'useflow'], refund_flow: ['refund-flow', 'refundflow'] } as const

/**
 * The uses, or refunds of uses, of a stock's coupons on one Beijing day, with the creator's keys
 * (docs/wechat/bills.md 2). Its answer may have no signature.
 */
export async function askFlowOfDay(
  client: PayClient,
  flow: { kind: FlowName; stockId: string; date: string },
): Promise<PayReply<FileOffer>> {
  const [path, field] = words[flow.kind]
  const schema = z
    .object({ url, [`stock_${field}_hash`]: sha1, [`stock_${field}_count`]: text })
    .transform((said): FileOffer => ({
      url: said.url as string,
      sha1: said[`stock_${field}_hash`] as string,
      rows: said[`stock_${field}_count`] as string,
    }))
  const query = new URLSearchParams({ bill_date: flow.date })
  const call = `${favor}/stocks/${encodeURIComponent(flow.stockId)}/${path}-by-day?${query.toString()}`
  return readReply(await client.call({ method: 'GET', path: call, mayBeUnsigned: true }), schema)
}

const wholeSchema = z
  .object({ hash_type: z.literal('SHA1'), hash_value: sha1, url })
  .transform((said): FileOffer => ({ url: said.url, sha1: said.hash_value }))

/**
 * The uses, or refunds of uses, of all of a stock's coupons, which are there once the activity has ended, with the
 * creator's keys (docs/wechat/bills.md 2). Its answer has no signature.
 */
export async function askWholeFlow(
  client: PayClient,
  flow: { kind: WholeFlowName; stockId: string },
): Promise<PayReply<FileOffer>> {
  const path = `${favor}/stocks/${encodeURIComponent(flow.stockId)}/${wholeWords[flow.kind]}`
  return readReply(await client.call({ method: 'GET', path, mayBeUnsigned: true }), wholeSchema)
}

const wholeWords = { use_flow_whole: 'use-flow', refund_flow_whole: 'refund-flow' }
