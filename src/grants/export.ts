import { commandLine } from '../operators/rights/parts.ts'
import { writeAudit } from '../operators/audit/write.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import { beijingOffset, dayMs } from '../plumbing/clock.ts'
import { csvRows, csvText } from '../plumbing/files/csv.ts'
import type { Services } from '../services.ts'
import { type ExportedGrant, exportPage } from './export-page.ts'
import { exportHeads, exportRow } from './export-row.ts'

/** `from`, `to`: days in Beijing such as `2026-11-01`, both included. `openids`: whole, not masked. */
type WantedExport = { merchantId: number; slug: string; from: string; to: string; openids: boolean }

/**
 * The coupons that were granted in these days as a CSV file in pieces (docs/merchant/grants-export.md), oldest first. It
 * reads a page at a time, so that memory does not grow with the file. Whole openids are written to the audit before the
 * first byte leaves.
 */
export async function* exportGrants(services: Services, wanted: WantedExport): AsyncGenerator<string> {
  const { merchantId, slug, openids } = wanted
  const from = new Date(`${wanted.from}T00:00:00${beijingOffset}`)
  const to = new Date(Date.parse(`${wanted.to}T00:00:00${beijingOffset}`) + dayMs)
  if (openids) await noteOpenids(services, wanted)
  yield csvText([exportHeads])
  let last: ExportedGrant | undefined
  do {
    const page = await exportPage(services.db, { merchantId, from, to }, last)
    if (page.length > 0) yield csvRows(page.map((row) => exportRow(row, { slug, openids })))
    last = page.at(-1)
  } while (last)
}

async function noteOpenids({ db, clock }: Services, { merchantId, slug, from, to }: WantedExport): Promise<void> {
  const deed = { by: commandLine, act: 'grants_exported', scope: ofMerchant(merchantId), subject: slug } as const
  await db.transaction().execute((trx) => writeAudit(trx, { ...deed, at: clock.now(), after: { from, to } }))
}
