import type { Db } from '../plumbing/storage/database.ts'
import type { Secrets } from '../plumbing/secrets/vault.ts'
import {
  accountPlace,
  accountSecrets,
  cardPlace,
  cardSecrets,
  merchantPlace,
  merchantSecrets,
} from './secret-places.ts'

/**
 * Seals again, with the first MASTER_KEY, what an older key sealed; after that the older key can be removed from the
 * configuration. Returns the number of secrets. Throws when one does not open; then nothing was changed.
 */
export async function resealSecrets(db: Db, secrets: Secrets): Promise<number> {
  return db.transaction().execute(async (trx) => {
    let resealed = 0
    const seal = <Column extends string>(sealed: string | null, column: Column, place: string) => {
      if (sealed === null || !secrets.needsResealing(sealed)) return {}
      resealed += 1
      return { [column]: secrets.seal(secrets.open(sealed, place).reveal(), place) } as Record<Column, string>
    }
    const merchants = await trx.selectFrom('merchants').selectAll().forUpdate().execute()
    for (const row of merchants) {
      const columns = ([...merchantSecrets, 'member_key'] as const).map((name) =>
        seal(row[`${name}_sealed`], `${name}_sealed`, merchantPlace(row.slug, name)),
      )
      const changes = Object.assign({}, ...columns) as object
      if (Object.keys(changes).length > 0)
        await trx.updateTable('merchants').set(changes).where('id', '=', row.id).execute()
    }
    const slugs = new Map(merchants.map((merchant) => [merchant.id, merchant.slug]))
    const accounts = await trx.selectFrom('accounts').selectAll().forUpdate().execute()
    for (const row of accounts) {
      const slug = slugs.get(row.merchant_id)!
      const columns = accountSecrets.map((name) =>
        seal(row[`${name}_sealed`], `${name}_sealed`, accountPlace(slug, row.mchid, name)),
      )
      const changes = Object.assign({}, ...columns) as object
      if (Object.keys(changes).length > 0)
        await trx.updateTable('accounts').set(changes).where('id', '=', row.id).execute()
    }
    for (const row of await trx.selectFrom('card_products').selectAll().forUpdate().execute()) {
      const slug = slugs.get(row.merchant_id)!
      const columns = cardSecrets.map((name) =>
        seal(row[`${name}_sealed`], `${name}_sealed`, cardPlace(slug, row.card_id, name)),
      )
      const changes = Object.assign({}, ...columns) as object
      if (Object.keys(changes).length > 0)
        await trx.updateTable('card_products').set(changes).where('id', '=', row.id).execute()
    }
    const places = new Map(
      accounts.map((row) => [row.id, accountPlace(slugs.get(row.merchant_id)!, row.mchid, 'former_api_v3_key')]),
    )
    const former = trx.selectFrom('former_keys').select(['id', 'account_id', 'sealed']).where('kind', '=', 'api_v3_key')
    for (const { id, account_id, sealed } of await former.forUpdate().execute()) {
      const change: { sealed?: string } = seal(sealed, 'sealed', places.get(account_id)!)
      if (change.sealed !== undefined) await trx.updateTable('former_keys').set(change).where('id', '=', id).execute()
    }
    return resealed
  })
}
