import type { Account } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { readUserCoupon, type UserCoupon } from '../../wechat/pay/favor.ts'
import type { PayReply } from '../../wechat/pay/types.ts'
import { type SampleSize, type SentCoupon, sentCoupons } from './sample.ts'

export type Comparison = {
  /** Our sent coupons that WeChat confirms. */
  agreed: number
  differences: string[]
  /** What could not be compared, and why. */
  notes: string[]
}

/** The result of one look-up. */
type Found = { kind: 'agrees' | 'differs' | 'not_allowed' | 'unanswered'; says: string }

/** WeChat answers within about a second (docs/wechat/pay-v3.md 2.8); members' claims go before these calls. */
const timeoutMs = 5_000
const patienceMs = 60_000
const atOnce = 4
const tries = 3
/** WeChat's words for a coupon that its member has, or had and used. */
const inOrder = ['SENDED', 'USED', 'EXPIRED']

/**
 * Asks WeChat about coupons that are sent here, one by one, with the number and keys of their sender and within its
 * pace: each must exist there, of the same stock and for this member. Throws what the database throws.
 */
export async function compareWithWeChat(
  services: Services,
  of: { merchantIds: number[]; stockId: string | undefined; sample: SampleSize },
): Promise<Comparison> {
  const coupons = sentCoupons(services.db, of)
  const comparison: Comparison = { agreed: 0, differences: [], notes: [] }
  const refusing = new Map<number, { says: string; coupons: number }>()
  let unanswered = 0

  function note(accountId: number, says = ''): void {
    const { coupons: before, says: first } = refusing.get(accountId) ?? { says, coupons: 0 }
    refusing.set(accountId, { says: first, coupons: before + 1 })
  }
  async function askOneByOne(): Promise<void> {
    for (let next = await coupons.next(); !next.done; next = await coupons.next()) {
      const { accountId } = next.value
      const found = refusing.has(accountId) ? undefined : await ask(services, next.value)
      if (!found || found.kind === 'not_allowed') note(accountId, found?.says)
      else if (found.kind === 'agrees') comparison.agreed += 1
      else if (found.kind === 'differs') comparison.differences.push(found.says)
      else unanswered += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, askOneByOne))
  for (const { says, coupons: left } of refusing.values())
    comparison.notes.push(`${left} coupons not compared: ${says}`)
  if (unanswered > 0)
    comparison.notes.push(`${unanswered} coupons not compared: WeChat did not answer in ${tries} tries`)
  return comparison
}

async function ask(services: Services, coupon: SentCoupon): Promise<Found> {
  const merchant = await services.catalog.merchantById(coupon.merchantId)
  const account = merchant?.accounts.find(({ id }) => id === coupon.accountId)
  if (!account?.keys) return { kind: 'unanswered', says: `the account of coupon ${coupon.id} has no keys` }
  const { openid, couponId, appid } = coupon
  for (let attempt = 0; attempt < tries; attempt += 1) {
    if (!(await services.pace.take(account, patienceMs))) continue
    const found = judge(
      coupon,
      account,
      await readUserCoupon(services.pay(account), { openid, couponId, appid, timeoutMs }),
    )
    if (found.kind !== 'unanswered') return found
    if (found.says === 'HTTP 429') await services.pace.slowDown(account.mchid)
  }
  return { kind: 'unanswered', says: '' }
}

function judge(coupon: SentCoupon, account: Account, reply: PayReply<UserCoupon>): Found {
  const name = `coupon ${coupon.couponId} of grant ${coupon.grantId}`
  if (reply.kind === 'unknown') return { kind: 'unanswered', says: reply.word }
  if (reply.kind === 'refusal') {
    const { status, code, message } = reply
    if (status === 429 || status >= 500) return { kind: 'unanswered', says: `HTTP ${status}` }
    if (status === 404) return { kind: 'differs', says: `${name} is not there for this member` }
    if (status === 401 || status === 403 || code === 'APPID_MCHID_NOT_MATCH') {
      return { kind: 'not_allowed', says: `WeChat does not let ${account.mchid} look: ${code} ${message}` }
    }
    return { kind: 'differs', says: `${name} cannot be looked up for this member: ${code} ${message}` }
  }
  const { stock_id: stockId, coupon_id: couponId, status } = reply.body
  if (couponId !== coupon.couponId) return { kind: 'differs', says: `${name} is ${couponId} at WeChat` }
  if (stockId !== coupon.stockId) {
    return { kind: 'differs', says: `${name} is of stock ${stockId} at WeChat, of ${coupon.stockId} here` }
  }
  if (!inOrder.includes(status)) return { kind: 'differs', says: `${name} is ${status} at WeChat, sent here` }
  return { kind: 'agrees', says: name }
}
