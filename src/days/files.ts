import { sql } from 'kysely'
import type { Merchant } from '../merchants/merchant.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { FileKind } from '../plumbing/storage/schema.ts'
import type { Difference, Evidence, SheetFile } from './sheet.ts'
import type { DayStock } from './stocks-of-day.ts'
import type { WholeDay } from '../plumbing/whole-day.ts'

/** A file that comes later by itself, or is taken in again. */
const comes = ['absent', 'due', 'not_ready', 'unverified', 'not read yet']

/**
 * The files of a day that WeChat should have given for the merchant: a bill of each number with keys, and two flows of
 * each of these stocks. One that is not read yet is a difference of its own, and so is one that
 * WeChat refuses.
 */
export async function filesOfDay(
  db: Db,
  merchant: Merchant,
  withFlows: DayStock[],
  day: WholeDay,
): Promise<{ files: SheetFile[]; differences: Difference[]; missing: string[] }> {
  const files: SheetFile[] = []
  for (const one of expected(merchant, withFlows)) files.push(await fileOf(db, one, day.day))
  const late = files.filter(({ state }) => comes.includes(state))
  const refused = files.filter(({ state }) => state === 'refused')
  return {
    files,
    missing: late.map((file) => `${nameOf(file)}: ${file.state}`),
    differences: [
      ...late.map((file) => differenceOf(file, 'late_file', 'a file of the day is not read yet')),
      ...refused.map((file) => differenceOf(file, 'unknown', 'WeChat refuses this file: compared without it')),
    ],
  }
}

type Expected = { kind: FileKind; mchid: string; stock_id: string | null }

function expected({ accounts }: Merchant, stocks: DayStock[]): Expected[] {
  const withKeys = accounts.filter((account) => account.keys !== undefined)
  return [
    ...withKeys.map(({ mchid }): Expected => ({ kind: 'trade_bill', mchid, stock_id: null })),
    ...(['use_flow', 'refund_flow'] as const).flatMap((kind) =>
      stocks.map((stock): Expected => ({ kind, mchid: stock.creator_mchid, stock_id: stock.stock_id })),
    ),
  ]
}

/** Of a file by WeChat and one by hand, the one that was read counts. */
async function fileOf(db: Db, { kind, mchid, stock_id }: Expected, day: string): Promise<SheetFile> {
  const file = await db
    .selectFrom('wechat_files')
    .select(['state', 'rows', 'sha1', 'request_id', 'reason', 'imported_at', 'import_problem'])
    .where('mchid', '=', mchid)
    .where('kind', '=', kind)
    .where('day', '=', day)
    .where(sql<boolean>`stock_id is not distinct from ${stock_id}`)
    .orderBy(sql`(state = 'kept' and imported_at is not null) desc, (state = 'none') desc, origin = 'wechat' desc`)
    .executeTakeFirst()
  const about = { kind, mchid, stock_id }
  if (!file) return { ...about, state: 'absent', rows: null, sha1: null, request_id: null, reason: null }
  const { imported_at, import_problem, ...told } = file
  if (file.state === 'kept' && imported_at === null)
    return { ...about, ...told, state: 'not read yet', reason: import_problem }
  return { ...about, ...told }
}

function nameOf({ kind, mchid, stock_id }: SheetFile): string {
  return [kind, mchid, ...(stock_id === null ? [] : [stock_id])].join(' ')
}

function differenceOf(file: SheetFile, cause: 'late_file' | 'unknown', words: string): Difference {
  const evidence: Evidence = { ...file }
  const key = `file/${nameOf(file).replaceAll(' ', '/')}`
  return { key, of: 'file', cause, words, count: 0, fen: 0, evidence: [evidence] }
}
