import type { Db } from '../plumbing/storage/database.ts'
import type { ReceiptSwitch } from '../plumbing/storage/schema.ts'
import type { ReceiptParties } from './provider-of.ts'

/** What we last turned a switch to; WeChat has no call that says it. `sure`: false when the answer was lost. */
export type Standing = { what: ReceiptSwitch; turned: 'OPEN' | 'CLOSE'; sure: boolean; at: Date; by: string }

/** What stands by our own record, whichever of our merchants turned it; nothing where we turned nothing. */
export async function standingOf(db: Db, parties: ReceiptParties): Promise<Standing[]> {
  const last = await Promise.all((['plan', 'page'] as const).map((what) => lastOf(db, parties, what)))
  return last.filter((one) => one !== undefined)
}

/** When it was closed, if that is the last thing that was done to it, or may have been. */
export async function closedAt(db: Db, parties: ReceiptParties, what: ReceiptSwitch): Promise<Date | undefined> {
  const last = await lastOf(db, parties, what)
  return last?.turned === 'CLOSE' ? last.at : undefined
}

async function lastOf(db: Db, parties: ReceiptParties, what: ReceiptSwitch): Promise<Standing | undefined> {
  const row = await db
    .selectFrom('receipt_switches')
    .select(['turned', 'outcome', 'at', 'by'])
    .where('provider_mchid', '=', parties.provider.mchid)
    .where('sub_mchid', '=', parties.subMchid)
    .where('switch', '=', what)
    .where('outcome', '!=', 'refused')
    .orderBy('id', 'desc')
    .executeTakeFirst()
  return row && { what, turned: row.turned, sure: row.outcome === 'done', at: row.at, by: row.by }
}
