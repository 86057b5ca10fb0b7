import { shownDay } from '../plumbing/calendar-day.ts'
import type { Account } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { askFlowOfDay, askTradeBill, askWholeFlow, type FileOffer } from '../wechat/files/ask-files.ts'
import type { PayClient, PayReply } from '../wechat/pay/types.ts'
import { readyAt, type WechatFile } from './wechat-file.ts'

export type Asked =
  | { kind: 'offer'; offer: FileOffer; requestId: string | undefined }
  /** There is none: nothing happened, or this number has no right to say so (`placesOrders`). */
  | { kind: 'none'; requestId: string | undefined }
  | { kind: 'not_ready'; requestId: string | undefined }
  | { kind: 'refused'; why: string; requestId: string | undefined }
  | { kind: 'later'; why: string; requestId: string | undefined }

/** Asks WeChat for a file's address, and returns what its answer means (docs/wechat/bills.md 1 and 2). */
export async function askFile(services: Services, account: Account, file: WechatFile): Promise<Asked> {
  const client = services.pay(account)
  const reply = await askOf(client, file)
  return meaningOf(reply, file, services.clock.now())
}

function askOf(client: PayClient, { kind, stock_id, day }: WechatFile): Promise<PayReply<FileOffer>> {
  if (kind === 'trade_bill') return askTradeBill(client, { date: shownDay(day) })
  if (kind === 'use_flow' || kind === 'refund_flow')
    return askFlowOfDay(client, { kind, stockId: stock_id!, date: shownDay(day) })
  return askWholeFlow(client, { kind, stockId: stock_id! })
}

function meaningOf(reply: PayReply<FileOffer>, file: WechatFile, now: Date): Asked {
  const { requestId } = reply
  if (reply.kind === 'ok') return { kind: 'offer', offer: reply.body, requestId }
  if (reply.kind === 'unknown') return { kind: 'later', why: `${reply.word}: ${reply.detail}`, requestId }
  const { status, code, message, proven } = reply
  const why = `${status} ${code} ${message}`.trim()
  if (code === 'STATEMENT_CREATING') return { kind: 'not_ready', requestId }
  if (isNone(file, reply)) return { kind: now < readyAt(file.day) ? 'not_ready' : 'none', requestId }
  // A gateway's page has no code, and nobody has signed an answer that was made up on the way.
  if (status === 429 || status >= 500 || code === '' || code === 'NO_STATEMENT_EXIST')
    return { kind: 'later', why: proven ? why : `${why} (not signed)`, requestId }
  return { kind: 'refused', why, requestId }
}

/** A flow without rows is answered with a 404 of several codes; its answers need no signature. */
function isNone({ kind }: WechatFile, { status, code, proven }: { status: number; code: string; proven: boolean }) {
  return kind === 'trade_bill' ? code === 'NO_STATEMENT_EXIST' && proven : status === 404 && code !== ''
}
