import type { Account, Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { CouponUse } from '../wechat/pay/coupon-use.ts'

/**
 * The merchants that a COUPON.USE concerns: a provider has one callback address for the stocks of all its merchants
 * (docs/wechat/pay-v3.md 2.14), so that it arrives at one of them. Another merchant believes it only where it has the
 * same keys for that number: then the message would have been proven to it as well.
 */
export async function concernedMerchants(
  { db, catalog }: Services,
  receiver: Merchant,
  mchid: string,
  use: CouponUse,
): Promise<Merchant[]> {
  const proven = keyedAccount(receiver, mchid)
  if (!proven) return []
  const stocks = await db
    .selectFrom('stocks')
    .select('merchant_id')
    .where('stock_id', '=', use.stock_id)
    // Only the number that made the stock is told of uses: another one's word is no proof.
    .where('creator_mchid', '=', mchid)
    .execute()
  const merchants = await Promise.all(stocks.map(({ merchant_id }) => catalog.merchantById(merchant_id)))
  return merchants.flatMap((merchant) => {
    const account = merchant && keyedAccount(merchant, mchid)
    return account && hasSameKeys(account, proven) ? [merchant] : []
  })
}

function keyedAccount({ accounts }: Merchant, mchid: string): Account | undefined {
  return accounts.find((account) => account.mchid === mchid && account.keys)
}

function hasSameKeys({ keys: one }: Account, { keys: other }: Account): boolean {
  if (!one || !other) return false
  return (
    one.apiV3Key.reveal() === other.apiV3Key.reveal() &&
    one.publicKeyId === other.publicKeyId &&
    one.publicKey === other.publicKey
  )
}
