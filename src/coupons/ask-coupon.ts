import type { Account, Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { readUserCoupon } from '../wechat/pay/favor.ts'
import { noteAnswer } from './note-answer.ts'

/** One coupon of ours that was sent. */
export type SentCoupon = { couponId: string; openid: string; accountId: number }

export type CouponAsked =
  /** `state` is WeChat's word; what it means is written. */
  | { kind: 'told'; state: string }
  /** WeChat gave no answer that can be used; a later one may come. */
  | { kind: 'later' }
  /** It cannot be asked: the sender has no keys any more, or WeChat refuses. */
  | { kind: 'refused'; why: string }

/**
 * Asks WeChat what became of one coupon, as the number that sent it, since an appid must be bound to the asking number
 * (docs/wechat/pay-v3.md 2.8), and writes the answer. Waits at most `turnMs` for the number's turn.
 */
export async function askCoupon(
  services: Services,
  merchant: Merchant,
  { couponId, openid, accountId }: SentCoupon,
  { turnMs, timeoutMs }: { turnMs: number; timeoutMs: number },
): Promise<CouponAsked> {
  const account = merchant.accounts.find(({ id, keys }) => id === accountId && keys)
  if (!account) return { kind: 'refused', why: 'its sender has no keys here' }
  if (!(await services.pace.take(account, turnMs))) return { kind: 'later' }
  const askedAt = services.clock.now()
  const reply = await readUserCoupon(services.pay(account), {
    openid,
    couponId,
    appid: merchant.officialAccount.appid,
    timeoutMs,
  })
  if (reply.kind === 'unknown') return { kind: 'later' }
  if (reply.kind !== 'ok') return refusal(services, account, reply)
  const { body } = reply
  if (body.coupon_id !== couponId) return { kind: 'refused', why: 'WeChat answered with another coupon' }
  await services.db.transaction().execute((trx) => noteAnswer(trx, merchant, body, askedAt))
  return { kind: 'told', state: body.status }
}

async function refusal(
  { pace }: Services,
  { mchid }: Account,
  { status, code }: { status: number; code: string },
): Promise<CouponAsked> {
  if (status === 429) await pace.slowDown(mchid)
  return status === 429 || status >= 500 ? { kind: 'later' } : { kind: 'refused', why: `${status} ${code}` }
}
