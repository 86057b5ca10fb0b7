import type { Account, Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'

/** An account with the keys of this number; undefined when nobody here has them. */
export async function askerOf(services: Services, mchid: string): Promise<Account | undefined> {
  for (const merchant of await merchantsWith(services, mchid)) {
    const account = merchant.accounts.find((one) => one.mchid === mchid && one.keys)
    if (account) return account
  }
  return undefined
}

/** The merchants whose numbers include this one, as their own or as their provider's: its files may concern them. */
export async function merchantsWith({ db, catalog }: Services, mchid: string): Promise<Merchant[]> {
  const rows = await db
    .selectFrom('accounts')
    .select('merchant_id')
    .distinct()
    .where('mchid', '=', mchid)
    .orderBy('merchant_id')
    .execute()
  const merchants = await Promise.all(rows.map((row) => catalog.merchantById(row.merchant_id)))
  return merchants.filter((merchant) => merchant !== undefined)
}
