import type { Services } from '../services.ts'
import type { BillRow } from '../wechat/files/bill-row.ts'
import { merchantsWith } from './askers.ts'
import { campaignsOpenTo } from './bill-plan.ts'
import type { ImportRun } from './import-run.ts'
import { importPayments, asideOf } from './import-payments.ts'
import { importRefunds } from './import-refunds.ts'
import { billRows } from './read-rows.ts'
import { endImport, newProgress, type Progress, setAside, shareOf } from './tally.ts'
import { splitRows } from './whose-rows.ts'
import type { WechatFile } from './wechat-file.ts'

/**
 * Brings a kept bill's rows into our ledgers: first its refunds, so that a payment that was given back on the same day
 * earns nothing, then its payments. Goes on where `run.progress` of this file ended.
 */
export async function importBill(services: Services, file: WechatFile, run: ImportRun): Promise<void> {
  const merchants = await merchantsWith(services, file.mchid)
  const progress = run.progress?.fileId === file.id ? run.progress : newProgress(file.id)
  const campaigns = new Map(
    await Promise.all(merchants.map(async (one) => [one.id, await campaignsOpenTo(services, one)] as const)),
  )

  async function refundsOf(rows: BillRow[]): Promise<void> {
    for (const [merchant, own] of splitRows(merchants, rows).own) await importRefunds(services, merchant, own, progress)
  }

  async function paymentsOf(rows: BillRow[]): Promise<void> {
    const { own, foreign } = splitRows(merchants, rows)
    await setAside(
      services.db,
      progress,
      foreign.map((row) => asideOf(undefined, row, 'not_ours')),
    )
    for (const [merchant, some] of own) {
      shareOf(progress, merchant.id).rows += some.length
      await importPayments(services, merchant, campaigns.get(merchant.id)!, some, progress)
    }
  }

  if (progress.phase === 'refunds') {
    await goThrough(services, file, run, progress, refundsOf)
    Object.assign(progress, { phase: 'payments', line: 0 })
  }
  await goThrough(services, file, run, progress, paymentsOf)
  await endImport(services.db, progress, services.clock.now())
}

/** A save is one statement; after a crash as many rows are gone through again. */
const batchesPerSave = 2

async function goThrough(
  services: Services,
  file: WechatFile,
  run: ImportRun,
  progress: Progress,
  act: (rows: BillRow[]) => Promise<void>,
): Promise<void> {
  let batches = 0
  for await (const rows of billRows(services, file)) {
    run.signal.throwIfAborted()
    const last = rows.at(-1)!.line
    if (last <= progress.line) continue
    await act(rows)
    progress.line = last
    batches += 1
    if (batches % batchesPerSave === 0) await run.save(progress)
  }
}
