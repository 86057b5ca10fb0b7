import type { Services } from '../services.ts'
import type { FileKind } from '../plumbing/storage/schema.ts'
import type { JobRun } from '../plumbing/schedule/job.ts'
import { AskAgain } from '../plumbing/ask-again.ts'
import { eachByItself } from '../plumbing/each-by-itself.ts'
import { expectFiles } from './expect-files.ts'
import { flowsLeft } from './flow-pace.ts'
import { fetchFile } from './fetch-file.ts'
import { importBill } from './import-bill.ts'
import { importFlow } from './import-flow.ts'
import type { ImportRun } from './import-run.ts'
import { settlePendingRefunds } from './pending-refunds.ts'
import { progressSchema } from './tally.ts'
import { askUnanswered } from './unanswered.ts'
import type { WechatFile } from './wechat-file.ts'

/** The job `bills`: trade bills, one after the other, and what had to wait of them: WeChat's answers and ends of refunds. */
export async function bringBills(services: Services, run: JobRun): Promise<string> {
  const parts = [
    () => bringFiles(services, run, ['trade_bill']),
    () => settlePendingRefunds(services, run.signal).then(String),
    () => askUnanswered(services, run.signal).then(String),
  ]
  // A file that cannot be brought in keeps no refund from its end.
  const [done] = await eachByItself(parts, (part) => part())
  return done!
}

/** The job `flows`: what was used and undone of each stock's coupons, by day and, after its end, as a whole. */
export function bringFlows(services: Services, run: JobRun): Promise<string> {
  return bringFiles(services, run, ['use_flow', 'refund_flow', 'use_flow_whole', 'refund_flow_whole'])
}

async function bringFiles(services: Services, run: JobRun, kinds: FileKind[]): Promise<string> {
  await expectFiles(services, kinds)
  // What an earlier run kept and had not brought in comes first.
  const problems = await importKept(services, run, kinds)
  const due = await dueFiles(services, kinds)
  let kept = 0
  for (const file of due) {
    run.signal.throwIfAborted()
    // What is left over is due still: the next run takes it.
    if (file.kind !== 'trade_bill' && (await flowsLeft(services)) === 0) break
    kept += (await fetchByItself(services, file))?.state === 'kept' ? 1 : 0
  }
  problems.push(...(await importKept(services, run, kinds)))
  if (problems.length > 0) throw problems[0]!
  return `${kept} of ${due.length} files kept`
}

async function fetchByItself(services: Services, file: WechatFile): Promise<WechatFile | undefined> {
  try {
    return await fetchFile(services, file)
  } catch (error) {
    if (error instanceof AskAgain) return undefined
    throw error
  }
}

function dueFiles({ db, clock }: Services, kinds: FileKind[]): Promise<WechatFile[]> {
  return db
    .selectFrom('wechat_files')
    .selectAll()
    .where('kind', 'in', kinds)
    .where('origin', '=', 'wechat')
    .where('state', 'in', ['due', 'not_ready', 'unverified'])
    .where('due_at', '<=', clock.now())
    .orderBy('due_at')
    .orderBy('id')
    .execute()
}

/** Brings in every kept file of these kinds, oldest day first; one that fails keeps no other from it. */
async function importKept(services: Services, run: JobRun, kinds: FileKind[]): Promise<Error[]> {
  const { db } = services
  const problems: Error[] = []
  const files = await db
    .selectFrom('wechat_files')
    .selectAll()
    .where('kind', 'in', kinds)
    .where('state', '=', 'kept')
    .where('imported_at', 'is', null)
    .where('forgotten_at', 'is', null)
    .orderBy('day')
    .orderBy('id')
    .execute()
  for (const file of files) {
    run.signal.throwIfAborted()
    const saved = progressSchema.safeParse(run.progress).data
    const error = await importFile(services, file, { ...run, progress: saved }).then(
      () => undefined,
      (failure: Error) => failure,
    )
    if (!error) continue
    run.signal.throwIfAborted()
    problems.push(error)
    await db
      .updateTable('wechat_files')
      .set({ import_problem: error.message.slice(0, 500) })
      .where('id', '=', file.id)
      .execute()
  }
  return problems
}

/** Brings a kept file's rows into our ledgers. */
export async function importFile(services: Services, file: WechatFile, run: ImportRun): Promise<void> {
  if (file.kind === 'trade_bill') await importBill(services, file, run)
  else await importFlow(services, file, run)
}
