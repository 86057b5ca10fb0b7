import type { Config } from '../../plumbing/config/config.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import { Unusable } from '../../plumbing/unusable.ts'

/** WeChat's limit of an address (docs/wechat/pay-v3.md 2.14). */
const lengthAtMost = 256

/** Where WeChat is to report the use of a creator's coupons. Throws `Unusable` when WeChat would not take it. */
export function ourAddress(config: Config, merchant: Merchant, creatorMchid: string): string {
  return takeableAddress(config, `${config.publicUrl}/notify/${merchant.slug}/pay/${creatorMchid}`)
}

/** The address, which begins with PUBLIC_URL. Throws `Unusable` when WeChat would not take it. */
export function takeableAddress({ production }: Pick<Config, 'production'>, address: string): string {
  const faults = [
    ...(production && !address.startsWith('https:') ? ['must be https'] : []),
    ...(/[?#]/.test(address) ? ['must have no query'] : []),
    ...(address.length > lengthAtMost ? ['is too long'] : []),
  ]
  if (faults.length > 0) throw new Unusable(faults.map((fault) => `PUBLIC_URL: ${fault}, as in ${address}`))
  return address
}

/** Whether an address is ours: one address serves every merchant that has this creator's number. */
export async function isOurs(
  { db, config }: { db: Db; config: Config },
  address: string,
  creatorMchid: string,
): Promise<boolean> {
  const ours = `${new URL(config.publicUrl).href.replace(/\/$/, '')}/notify/`
  const url = URL.canParse(address) ? new URL(address).href : ''
  const [slug, ...rest] = url.startsWith(ours) ? url.slice(ours.length).split('/') : []
  if (slug === undefined || rest.join('/') !== `pay/${creatorMchid}`) return false
  const row = await db
    .selectFrom('merchants')
    .innerJoin('accounts', 'accounts.merchant_id', 'merchants.id')
    .select('merchants.id')
    .where('merchants.slug', '=', slug)
    .where('accounts.mchid', '=', creatorMchid)
    .executeTakeFirst()
  return row !== undefined
}
