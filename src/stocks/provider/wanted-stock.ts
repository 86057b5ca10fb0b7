import type { Account, Merchant } from '../../merchants/merchant.ts'
import { Unusable } from '../../plumbing/unusable.ts'
import type { Services } from '../../services.ts'
import type { ByHand } from './by-hand.ts'
import { creatorAccount } from './creator.ts'
import { type FormLine, formLines } from './form.ts'
import { madeBefore, type MadeStock } from './made-stocks.ts'
import { planFaults, planWarnings } from './plan/plan-rules.ts'
import { readPlan } from './plan/read-plan.ts'
import { type StockRequest, stockRequest } from './plan/request.ts'

/** A stock that may be asked for: every rule that we know holds. */
export type WantedStock = {
  creator: Account
  request: StockRequest
  /** It was asked for before, under the same number and with the same content. */
  before: MadeStock | undefined
  /** The merchant's numbers that are to send it. */
  senders: string[]
  /** The creator sends it itself: the call is enough. */
  sendsItself: boolean
  form: FormLine[]
  warnings: string[]
}

/**
 * Checks the file of a stock against every rule of docs/wechat/pay-v3.md 2.1 and against what was asked before; sends
 * and stores nothing. `byHand`: what is filled in besides at the platform. Throws `Unusable` with each fault by the field's
 * name.
 */
export async function wantedStock(
  services: Services,
  merchant: Merchant,
  file: unknown,
  byHand?: ByHand,
): Promise<WantedStock> {
  const plan = readPlan(file)
  const creator = creatorOfPlan(merchant, plan.belong_merchant)
  const request = stockRequest(plan)
  const before = await madeBefore(services.db, creator.mchid, request)
  // What was sent in time is repeated as it is, also after its time began.
  const faults = before ? [] : planFaults(plan, services.clock.now())
  if (faults.length > 0) throw new Unusable(faults)
  const senders = merchant.accounts.filter(({ role }) => role === 'sender').map(({ mchid }) => mchid)
  const others = senders.filter((mchid) => mchid !== creator.mchid)
  const sendsItself = others.length < senders.length
  const alone = `可发券商户: ${others.join(', ')} cannot send it, since this call has no field for senders`
  return {
    creator,
    request,
    before,
    senders,
    sendsItself,
    form: formLines(plan, byHand ?? { senders: others, weekDays: [], excludedGoods: [] }),
    warnings: [...planWarnings(plan), ...(sendsItself && others.length > 0 ? [alone] : [])],
  }
}

function creatorOfPlan(merchant: Merchant, mchid: string): Account {
  try {
    return creatorAccount(merchant, mchid)
  } catch (error) {
    if (error instanceof Unusable) throw new Unusable(error.faults.map((fault) => `belong_merchant: ${fault}`))
    throw error
  }
}
