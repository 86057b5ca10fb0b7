import type { Db } from '../plumbing/storage/database.ts'
import { type Fact, newest } from './fact.ts'
import { lastSent, type Sent } from './last-sent.ts'
import { type RefusedSend, refusedSends } from './refused-sends.ts'
import { sentFacts } from './sent-facts.ts'
import type { StepNumber } from './steps.ts'
import { stepsOfCauses } from './steps-of-causes.ts'

/**
 * What WeChat's answers to sends prove, at most one fact for each step. A refusal stands while nothing of its number (or
 * of its stock) has gone out since it was first met; only where no refusal stands does a coupon prove its steps. So one
 * number that works does not hide another one that does not, and the two do not take turns.
 */
export async function sendFacts(db: Db, merchantId: number): Promise<Fact[]> {
  const sent = await lastSent(db, merchantId)
  const refused = await refusedSends(db, merchantId, Object.keys(stepsOfCauses))
  const missing = refused.flatMap((refusal) => refusedFacts(refusal, sent))
  const done = sent.flatMap(sentFacts)
  const touched = new Set([...missing, ...done].map(({ step }) => step))
  return [...touched].flatMap((step) => {
    const standing = missing.filter((fact) => fact.step === step)
    return newest(standing.length > 0 ? standing : done.filter((fact) => fact.step === step))
  })
}

function refusedFacts(refusal: RefusedSend, sent: Sent[]): Fact[] {
  const { at, request_id: requestId } = refusal
  const where = refusal.stock_id ? `商户号 ${refusal.mchid} 发批次 ${refusal.stock_id}` : `商户号 ${refusal.mchid} 发券`
  const said = [refusal.code, refusal.message].filter(Boolean).join(' ')
  const words = `${where}，微信答复：${said || refusal.cause}`
  return stepsOfCauses[refusal.cause]!.filter(({ step, of }) => stands(refusal, step, of, sent)).map(({ step }) => ({
    step,
    state: 'refused',
    at,
    words,
    requestId,
  }))
}

function stands(refusal: RefusedSend, step: StepNumber, of: 'number' | 'stock', sent: Sent[]): boolean {
  return !sent.some(
    (coupon) =>
      coupon.account_id === refusal.account_id &&
      coupon.at > refusal.since &&
      (of === 'number' || coupon.stock_ref === refusal.stock_ref) &&
      // A coupon of the sender's own stock needs no permission.
      (step !== 4 || coupon.creator_mchid !== coupon.mchid),
  )
}
