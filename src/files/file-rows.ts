import type { Updateable } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { WechatFilesTable } from '../plumbing/storage/schema.ts'
import { AskAgain } from '../plumbing/ask-again.ts'
import type { Clock } from '../plumbing/clock.ts'
import type { TakenIn } from './take-in.ts'
import type { WechatFile } from './wechat-file.ts'

/** How one try to get a file ended. `again`: at once, with a new address. */
export type TryEnd = { request_id?: string | null; again?: boolean } & (
  | { state: 'due' | 'not_ready' | 'none' | 'refused' | 'unverified'; reason: string | null }
  | {
      state: 'kept'
      reason: null
      taken: TakenIn
      hashOf: 'unpacked' | 'packed' | 'none'
      pieces: number
      keySealed: string
    }
)

const minuteMs = 60_000
/** After an answer that says nothing; longer from try to try. */
const soonMs = 2 * minuteMs
/** As often as WeChat recommends to ask for what is still being made. */
const notReadyMs = 30 * minuteMs
/** Should the process die meanwhile, another one takes the file up after this. */
const heldMs = 15 * minuteMs

type Parts = { db: Db; clock: Clock }

/** Writes that a try begins. Of two processes that begin at the same moment only the later one can end its try. */
export async function beginTry({ db, clock }: Parts, { id }: WechatFile): Promise<WechatFile> {
  const now = clock.now()
  return db
    .updateTable('wechat_files')
    .set((eb) => ({ tries: eb('tries', '+', 1), asked_at: now, due_at: new Date(now.getTime() + heldMs) }))
    .where('id', '=', id)
    .where('state', '!=', 'kept')
    .returningAll()
    .executeTakeFirstOrThrow(() => new AskAgain('another process has fetched this file meanwhile'))
}

/** Writes how the try ended. Throws `AskAgain` when another process has begun a try since. */
export async function endTry({ db, clock }: Parts, file: WechatFile, end: TryEnd): Promise<WechatFile> {
  const now = clock.now()
  return db.transaction().execute(async (trx) => {
    const ended = await trx
      .updateTable('wechat_files')
      .set({
        state: end.state,
        reason: end.reason,
        request_id: end.request_id ?? null,
        due_at: nextTry(file, end, now),
        hash_differences: differences(file, end),
        ...(end.state === 'kept' && keptColumns(end, now)),
      })
      .where('id', '=', file.id)
      .where('tries', '=', file.tries)
      .where('state', '!=', 'kept')
      .returningAll()
      .executeTakeFirst()
    if (!ended) throw new AskAgain('another process is fetching this file')
    if (end.state === 'kept') await checkPieces(trx, file.id, end.pieces)
    else await trx.deleteFrom('wechat_file_pieces').where('file_id', '=', file.id).execute()
    return ended
  })
}

function differences({ hash_differences: before }: WechatFile, { state }: TryEnd): number {
  if (state === 'unverified') return before + 1
  return state === 'kept' ? 0 : before
}

function nextTry({ tries }: WechatFile, { state }: TryEnd, now: Date): Date {
  const waitMs = state === 'due' ? Math.min(notReadyMs, soonMs * 2 ** Math.min(tries - 1, 6)) : notReadyMs
  return new Date(now.getTime() + waitMs)
}

function keptColumns(end: Extract<TryEnd, { state: 'kept' }>, now: Date): Updateable<WechatFilesTable> {
  const { sha1, bytes, figures } = end.taken
  return {
    sha1,
    bytes,
    hash_of: end.hashOf,
    key_sealed: end.keySealed,
    kept_at: now,
    rows: figures.rows,
    payments: figures.payments,
    payments_fen: figures.paymentsFen,
    refunds: figures.refunds,
    refunds_fen: figures.refundsFen,
    coupons_fen: figures.couponsFen,
  }
}

async function checkPieces(trx: Db, fileId: number, pieces: number): Promise<void> {
  const { count } = await trx
    .selectFrom('wechat_file_pieces')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('file_id', '=', fileId)
    .executeTakeFirstOrThrow()
  if (Number(count) !== pieces) throw new AskAgain('another process is fetching this file')
}
