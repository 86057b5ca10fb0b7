import type { Insertable, Selectable } from 'kysely'
import type { AccountsTable, MerchantsTable } from '../plumbing/storage/schema.ts'

type Dates = Record<string, string>

/**
 * Since when each secret is what it is: now for those in `sealed` that differ, as before for all others; without those
 * that are gone.
 */
export function setDates(
  before: Partial<Selectable<MerchantsTable>> | undefined,
  sealed: Record<string, string | null>,
  now: Date,
): Dates {
  const dates: Dates = { ...before?.secrets_set_at }
  for (const [column, text] of Object.entries(sealed)) {
    const name = column.replace(/_sealed$/, '')
    if (text === null) delete dates[name]
    else if (before?.[column as keyof MerchantsTable] !== text) dates[name] = now.toISOString()
  }
  return dates
}

const keyColumns = ['serial_no', 'private_key_sealed', 'api_v3_key_sealed', 'public_key_id', 'public_key'] as const

/** The same for an account's keys. What WeChat accepted of older keys proves nothing of these. */
export function keyDates(
  before: Selectable<AccountsTable> | undefined,
  after: Pick<Insertable<AccountsTable>, (typeof keyColumns)[number]>,
  now: Date,
): Pick<Insertable<AccountsTable>, 'keys_set_at' | 'keys_proven_at'> {
  const isSame = keyColumns.every((column) => (before?.[column] ?? null) === (after[column] ?? null))
  if (isSame) return { keys_set_at: before?.keys_set_at ?? null, keys_proven_at: before?.keys_proven_at ?? null }
  return { keys_set_at: after.serial_no == null ? null : now, keys_proven_at: null }
}
