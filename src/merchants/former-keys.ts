import type { Selectable } from 'kysely'
import { dayMs } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { AccountsTable, FormerKeysTable } from '../plumbing/storage/schema.ts'
import type { FormerKeys } from '../wechat/pay/types.ts'
import type { Secrets } from '../plumbing/secrets/vault.ts'
import { accountPlace } from './secret-places.ts'

/** WeChat repeats a notification for about 24 hours (docs/wechat/pay-v3.md 5.3): the last one still opens. */
const apiV3KeyMs = dayMs + 3_600_000
/** The switch between verification keys takes seven days, in either direction (docs/wechat/pay-v3.md 1.5). */
const publicKeyMs = 7 * dayMs

type Row = Selectable<AccountsTable>
type Former = Selectable<FormerKeysTable>
type KeyMove = { secrets: Pick<Secrets, 'seal' | 'open'>; slug: string; now: Date }

/**
 * Keeps what an account's row had before the change and no longer has: its APIv3 key for a day, its public key for the
 * seven days of a switch. Forgets what has ended, and what is in use again. Part of the change's transaction.
 */
export async function keepFormerKeys(db: Db, before: Row, after: Partial<Row>, move: KeyMove): Promise<void> {
  const { id, mchid } = before
  const ended = db.deleteFrom('former_keys').where('account_id', '=', id)
  await ended.where('until', '<=', move.now).execute()
  const open = (sealed: string) => move.secrets.open(sealed, accountPlace(move.slug, mchid, 'api_v3_key')).reveal()
  const [old, fresh] = [before.api_v3_key_sealed, after.api_v3_key_sealed]
  if (old && fresh && open(old) !== open(fresh)) {
    const sealed = move.secrets.seal(open(old), accountPlace(move.slug, mchid, 'former_api_v3_key'))
    await keep(db, { account_id: id, kind: 'api_v3_key', sealed, until: later(move.now, apiV3KeyMs) })
  }
  const { public_key_id, public_key } = before
  if (!public_key_id || !public_key || public_key === after.public_key) return
  await ended.where('public_key_id', 'in', [public_key_id, after.public_key_id ?? '']).execute()
  const until = later(move.now, publicKeyMs)
  await keep(db, { account_id: id, kind: 'public_key', public_key_id, public_key, until })
}

async function keep(db: Db, row: Partial<Former> & Pick<Former, 'account_id' | 'kind' | 'until'>): Promise<void> {
  const { sealed = null, public_key_id = null, public_key = null, ...rest } = row
  await db
    .insertInto('former_keys')
    .values({ sealed, public_key_id, public_key, ...rest })
    .execute()
}

function later(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms)
}

/** The former keys of accounts that have any, newest first, by `accounts.id`. Throws when one does not open. */
export async function readFormerKeys(
  db: Db,
  secrets: Pick<Secrets, 'open'>,
  accounts: { id: number; mchid: string }[],
  slug: string,
): Promise<Map<number, FormerKeys>> {
  const ids = accounts.map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const query = db.selectFrom('former_keys').selectAll().where('account_id', 'in', ids)
  const rows = await query.orderBy('id', 'desc').execute()
  const held = accounts.map(({ id, mchid }) => {
    const own = rows.filter(({ account_id }) => account_id === id)
    const place = accountPlace(slug, mchid, 'former_api_v3_key')
    const apiV3Keys = own.flatMap(({ sealed, until }) => (sealed ? [{ key: secrets.open(sealed, place), until }] : []))
    const publicKeys = own.flatMap(({ public_key_id, public_key, until }) =>
      public_key_id && public_key ? [{ id: public_key_id, publicKey: public_key, until }] : [],
    )
    return [id, { apiV3Keys, publicKeys }] as const
  })
  return new Map(held)
}
