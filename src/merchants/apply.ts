import { changedFields } from '../plumbing/files/changed-fields.ts'
import type { Clock } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { probeSoon } from './probe-soon.ts'
import type { Secrets } from '../plumbing/secrets/vault.ts'
import { applyAccount, removeMissingAccounts } from './apply-account.ts'
import { applyCards } from './apply-cards.ts'
import type { Catalog } from './catalog.ts'
import { newMemberKey } from './member-keys.ts'
import { type MerchantFile, readMerchantFile } from './merchant-file.ts'
import { openSealer, type Sealer } from './sealer.ts'
import { merchantPlace, merchantSecrets } from './secret-places.ts'
import { setDates } from './set-dates.ts'

/** What of the services, which are made of this room, it takes. */
type Parts = { db: Db; secrets: Secrets; clock: Clock; catalog: Catalog }

/**
 * Creates or updates a merchant from its file, which is complete: what the file leaves out is cleared, and an account
 * that it no longer lists is removed. An account with coupons or halts must stay. Ids are kept. Returns what changed,
 * one sentence each, never a secret. Active halts are probed soon, since the file may have removed their cause. Throws
 * `Unusable` naming every wrong field; then nothing was changed.
 */
export async function applyMerchant(services: Parts, file: unknown): Promise<string[]> {
  const now = services.clock.now()
  const { merchant, accounts } = readMerchantFile(file, now)
  const sealer = openSealer(services.secrets)
  const lines = await services.db.transaction().execute(async (db) => {
    const { id, changes } = await applyMerchantRow(db, { sealer, secrets: services.secrets }, merchant, now)
    for (const account of accounts)
      changes.push(
        ...(await applyAccount(db, { sealer, secrets: services.secrets }, { id, slug: merchant.slug }, account, now)),
      )
    const mchids = accounts.map((account) => account.entry.mchid)
    changes.push(...(await removeMissingAccounts(db, id, mchids)))
    changes.push(...(await applyCards(db, sealer, { id, slug: merchant.slug }, merchant.card_products, now)))
    await probeSoon(db, id, now)
    return changes
  })
  services.catalog.forget()
  return lines.length > 0 ? lines : [`merchant ${merchant.slug}: nothing changed`]
}

async function applyMerchantRow(
  db: Db,
  { sealer, secrets }: { sealer: Sealer; secrets: Secrets },
  merchant: MerchantFile,
  now: Date,
): Promise<{ id: number; changes: string[] }> {
  const { slug, official_account: account } = merchant
  const before = await db.selectFrom('merchants').selectAll().where('slug', '=', slug).forUpdate().executeTakeFirst()
  const plain = {
    name: merchant.name,
    appid: account.appid,
    original_id: account.original_id ?? null,
    domain_verification: merchant.domain_verification,
    page_script: merchant.page_script,
  }
  const given = { ...account, events_secret: merchant.events_secret }
  const sealed = sealer.columns(merchantSecrets, given, before, (name) => merchantPlace(slug, name))
  const columns = {
    ...plain,
    ...sealed,
    domain_verification: JSON.stringify(plain.domain_verification),
    secrets_set_at: JSON.stringify(setDates(before, sealed, now)),
  }

  if (!before) {
    const values = {
      slug,
      ...columns,
      app_secret_sealed: sealed.app_secret_sealed!,
      member_key_sealed: newMemberKey(secrets, slug),
      updated_at: now,
    }
    const { id } = await db.insertInto('merchants').values(values).returning('id').executeTakeFirstOrThrow()
    return { id, changes: [`merchant ${slug}: created`] }
  }
  const changed = changedFields(before, { ...plain, ...sealed })
  if (changed.length === 0) return { id: before.id, changes: [] }
  await db
    .updateTable('merchants')
    .set({ ...columns, app_secret_sealed: sealed.app_secret_sealed!, updated_at: now })
    .where('id', '=', before.id)
    .execute()
  return { id: before.id, changes: changed.map((change) => `merchant ${slug}: ${change}`) }
}
