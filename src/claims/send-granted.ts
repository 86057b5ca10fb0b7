import { doors } from '../delivery/doors.ts'
import { send } from '../delivery/sender.ts'
import type { Awarded } from '../grants/awarded.ts'
import { statusOf } from '../grants/grants.ts'
import type { OwedCoupon } from '../ledger/coupon.ts'
import { memberWords, waitingWords } from '../ledger/outcomes/outcomes.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import type { Services } from '../services.ts'
import { answer, claimed, type ClaimAnswer } from './claim-answer.ts'

type Granted = Extract<Awarded, { kind: 'granted' }>
/** What became of a coupon. Without a result it was not tried and is still owed. */
type Tried = { stock: Stock; result: Awaited<ReturnType<typeof send>> | undefined }

/** Tries once to send each coupon of a new grant, while the member waits. The worker sends those still owed. */
export async function sendGranted(services: Services, granted: Granted): Promise<ClaimAnswer> {
  const deadline = services.clock.now().getTime() + doors.claim.timeoutMs
  const tried: Tried[] = []
  for (const { id, stockRef } of granted.coupons) {
    const stock = granted.stocks.find((one) => one.id === stockRef) as Stock
    tried.push({ stock, result: await sendUntil(deadline, services, granted, id) })
  }
  return answerOf(granted, tried)
}

async function sendUntil(deadline: number, services: Services, granted: Granted, couponRow: string) {
  const left = deadline - services.clock.now().getTime()
  if (left <= 0) return undefined
  const leased = granted.leased.find((one) => one.id === couponRow) ?? (await leaseNext(services, granted, couponRow))
  const patienceMs = Math.min(left, doors.claim.patienceMs)
  return leased && send(services, leased, { timeoutMs: left, patienceMs })
}

/** Leases a further coupon of the same stock: it could not be leased while the coupon before it was being sent. */
async function leaseNext(services: Services, granted: Granted, couponRow: string): Promise<OwedCoupon | undefined> {
  return granted.leased.length === 0 ? undefined : services.ledger.leaseOne(couponRow)
}

function answerOf(granted: Granted, tried: Tried[]): ClaimAnswer {
  const results = tried.map(({ result }) => result)
  const status = statusOf(
    results.map((result) => (result === undefined || result.state === 'owed' ? 'reserved' : result.state)),
  )
  const coupons = tried.map(({ stock, result }) => claimed(stock, result?.state === 'sent' ? result.couponId : null))
  const refused = results.find((result) => result?.state === 'refused')
  const owed = results.find((result) => result?.state === 'owed')
  return answer(
    status,
    granted.grantId,
    coupons,
    refused && memberWords(refused.reason),
    owed && waitingWords(owed.reason),
  )
}
