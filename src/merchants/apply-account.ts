import type { Insertable } from 'kysely'
import { changedFields } from '../plumbing/files/changed-fields.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { AccountsTable } from '../plumbing/storage/schema.ts'
import { certificateStore } from './certificate-store.ts'
import type { ReadAccount } from './merchant-file.ts'
import { endKeyWarnings } from './end-key-warnings.ts'
import { keepFormerKeys } from './former-keys.ts'
import type { Secrets } from '../plumbing/secrets/vault.ts'
import type { Sealer } from './sealer.ts'
import { accountPlace, accountSecrets } from './secret-places.ts'
import { keyDates } from './set-dates.ts'

/** Creates or updates one account of a merchant; returns what changed and what the operator should know. */
export async function applyAccount(
  db: Db,
  { sealer, secrets: vault }: { sealer: Sealer; secrets: Secrets },
  merchant: { id: number; slug: string },
  { entry, keys }: ReadAccount,
  now: Date,
): Promise<string[]> {
  const before = await db
    .selectFrom('accounts')
    .selectAll()
    .where('merchant_id', '=', merchant.id)
    .where('mchid', '=', entry.mchid)
    .executeTakeFirst()
  const secrets = { private_key: keys?.privateKey, api_v3_key: keys?.apiV3Key, api_v2_key: entry.api_v2_key }
  const columns = {
    role: entry.role,
    appid: entry.appid ?? null,
    serial_no: keys?.serialNo ?? null,
    certificate: keys?.certificate ?? null,
    public_key_id: entry.public_key_id ?? null,
    public_key: entry.public_key ?? null,
    sends_per_second: entry.sends_per_second,
    api_v2_sign_type: entry.api_v2_sign_type ?? ('MD5' as const),
    ...sealer.columns(accountSecrets, secrets, before, (name) => accountPlace(merchant.slug, entry.mchid, name)),
  }
  const changed = before ? changedFields(before, columns) : ['created']
  const dates = keyDates(before, columns, now)
  const id = before
    ? before.id
    : await insertAccount(db, { ...columns, ...dates, merchant_id: merchant.id, mchid: entry.mchid, updated_at: now })
  if (before && changed.length > 0) {
    await db
      .updateTable('accounts')
      .set({ ...columns, ...dates, updated_at: now })
      .where('id', '=', id)
      .execute()
    await keepFormerKeys(db, before, columns, { secrets: vault, slug: merchant.slug, now })
    await endKeyWarnings(db, before, columns, now)
  }
  await certificateStore(db, id).save(keys?.platformCertificates ?? [])
  return [...changed, ...(keys?.warnings ?? [])].map((line) => `account ${entry.mchid}: ${line}`)
}

async function insertAccount(db: Db, values: Insertable<AccountsTable>): Promise<number> {
  const { id } = await db.insertInto('accounts').values(values).returning('id').executeTakeFirstOrThrow()
  return id
}

/** Removes the accounts that the file no longer lists. Throws `Unusable` when one of them has coupons or halts. */
export async function removeMissingAccounts(db: Db, merchantId: number, mchids: string[]): Promise<string[]> {
  const missing = await db
    .selectFrom('accounts')
    .select(['id', 'mchid'])
    .where('merchant_id', '=', merchantId)
    .where('mchid', 'not in', mchids)
    .execute()
  for (const { id, mchid } of missing) {
    if (await isUsed(db, id)) {
      throw new Unusable([`accounts: ${mchid} is not in the file, but coupons were sent from it: keep it in the file`])
    }
    await db.deleteFrom('platform_certificates').where('account_id', '=', id).execute()
    await db.deleteFrom('accounts').where('id', '=', id).execute()
  }
  return missing.map(({ mchid }) => `account ${mchid}: removed`)
}

async function isUsed(db: Db, accountId: number): Promise<boolean> {
  const coupon = await db
    .selectFrom('coupons')
    .select('id')
    .where('account_id', '=', accountId)
    .limit(1)
    .executeTakeFirst()
  const halt = await db.selectFrom('halts').select('id').where('account_id', '=', accountId).limit(1).executeTakeFirst()
  return coupon !== undefined || halt !== undefined
}
