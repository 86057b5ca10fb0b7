import type { OwedCoupon } from '../ledger/coupon.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { PayClient } from '../wechat/pay/client.ts'
import { listUserCoupons, type UserCoupon } from '../wechat/pay/favor.ts'
import { isMembersOwn } from '../ledger/outcomes/outcome.ts'
import { outcomeNamed } from '../ledger/outcomes/outcomes.ts'

export type LookedUp =
  | { kind: 'found'; couponId: string; requestId: string | undefined }
  | { kind: 'none' }
  /** A coupon was found, but another coupon of ours for this member is in doubt too: it cannot be known whose it is. */
  | { kind: 'unclear' }
  /** This account may not read the list: only a person can find out. */
  | { kind: 'not_allowed'; status: number; code: string; message: string; requestId: string | undefined }
  | { kind: 'unanswered' }

/**
 * After this time WeChat may have forgotten the number; how long it remembers one is unknown
 * (docs/wechat/pay-v3.md 3.2).
 */
const oldDoubtMs = 24 * 3_600_000

/** Our time of an attempt and WeChat's time of the coupon differ by at most this much, with slow answers included. */
const nearMs = 2 * 60_000
/**
 * Attempts that sent nothing. Any other attempt may have brought the coupon, even a refused one: the refusal may come
 * from the second host after the connection to the first one broke.
 */
const onlyLookedUp = ['look_up_unanswered', 'look_up_refused', 'look_up_unclear'] as const
/** 20 coupons per page (docs/wechat/pay-v3.md 2.11); a member has at most 60 of a stock. */
const mostPages = 5

/** True when the doubt is so old that WeChat may have forgotten the number. */
export function isOldDoubt({ doubtSince }: Pick<OwedCoupon, 'doubtSince'>, now: Date): boolean {
  return doubtSince !== null && now.getTime() - doubtSince.getTime() >= oldDoubtMs
}

/**
 * True for a coupon in doubt that must be looked up before it is sent again: the doubt is a day old, or WeChat has
 * refused the coupon for its member.
 */
export function needsLookUp(coupon: Pick<OwedCoupon, 'doubtSince' | 'reason'>, now: Date): boolean {
  if (coupon.doubtSince === null) return false
  return isOldDoubt(coupon, now) || (coupon.reason !== null && isMembersOwn(outcomeNamed(coupon.reason)))
}

/**
 * Looks for this coupon in the member's list of coupons of the stock, including used ones, since WeChat has no query by
 * number (docs/wechat/pay-v3.md 3.5). A coupon in the list is ours if it was created within two minutes of one of our
 * sends, belongs to no other row, and cannot be that of another row in doubt. Takes at most `timeoutMs` for all pages
 * together. Throws what the database throws.
 */
export async function lookUp(db: Db, client: PayClient, coupon: OwedCoupon, timeoutMs: number): Promise<LookedUp> {
  const body = JSON.parse(coupon.request) as { stock_id: string; appid: string; stock_creator_mchid: string }
  const attempts = await attemptTimes(db, coupon.id)
  const unknown: string[] = []
  let requestId: string | undefined
  const deadline = performance.now() + timeoutMs
  for (let page = 0; page < mostPages; page += 1) {
    const leftMs = Math.floor(deadline - performance.now())
    if (leftMs <= 0) return { kind: 'unanswered' }
    const reply = await listUserCoupons(client, {
      openid: coupon.openid,
      appid: body.appid,
      creatorMchid: body.stock_creator_mchid,
      stockId: body.stock_id,
      status: 'USED',
      offset: page,
      timeoutMs: leftMs,
    })
    if (reply.kind === 'unknown' || (reply.kind === 'refusal' && isPassing(reply.status))) return { kind: 'unanswered' }
    if (reply.kind === 'refusal') {
      const { status, code, message, requestId } = reply
      return { kind: 'not_allowed', status, code, message, requestId }
    }
    const listed = reply.body.data
    const near = listed.filter((one) => one.stock_id === body.stock_id && isNear(one, attempts))
    unknown.push(...(await unknownOf(db, coupon, near)))
    requestId = reply.requestId
    if (listed.length === 0) break
  }
  const [ours] = unknown
  if (ours === undefined) return { kind: 'none' }
  return unknown.length > (await countOthers(db, coupon))
    ? { kind: 'found', couponId: ours, requestId }
    : { kind: 'unclear' }
}

function isPassing(status: number): boolean {
  return status === 429 || status >= 500
}

async function attemptTimes(db: Db, couponRow: string): Promise<number[]> {
  const attempts = await db
    .selectFrom('attempts')
    .select('at')
    .where('coupon_row', '=', couponRow)
    .where('outcome', 'not in', [...onlyLookedUp])
    .execute()
  return attempts.map(({ at }) => at.getTime())
}

function isNear({ create_time }: UserCoupon, attempts: number[]): boolean {
  return create_time !== undefined && attempts.some((at) => Math.abs(create_time.getTime() - at) <= nearMs)
}

async function unknownOf(db: Db, coupon: OwedCoupon, listed: UserCoupon[]): Promise<string[]> {
  const ids = listed.map((one) => one.coupon_id)
  if (ids.length === 0) return []
  const known = await db
    .selectFrom('coupons')
    .select('coupon_id')
    .where('merchant_id', '=', coupon.merchantId)
    .where('coupon_id', 'in', ids)
    .execute()
  return ids.filter((id) => !known.some((row) => row.coupon_id === id))
}

/** Counts our other coupons of the same stock and member that may be the one in the list. */
async function countOthers(db: Db, coupon: OwedCoupon): Promise<number> {
  const { others } = await db
    .selectFrom('grants')
    .innerJoin('coupons', 'coupons.grant_id', 'grants.id')
    .select((eb) => eb.fn.countAll<number>().as('others'))
    .where('grants.merchant_id', '=', coupon.merchantId)
    .where('grants.openid', '=', coupon.openid)
    .where('stock_ref', '=', coupon.stockRef)
    .where('coupons.id', '!=', coupon.id)
    .where('state', '=', 'reserved')
    .where((eb) => eb.or([eb('doubt_since', 'is not', null), eb('lease_token', 'is not', null)]))
    .executeTakeFirstOrThrow()
  return Number(others)
}
