import type { Merchant } from '../merchants/merchant.ts'
import { Declined } from '../operators/rights/declined.ts'
import { requireMay } from '../operators/rights/guard.ts'
import type { Person } from '../operators/rights/person.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import { TooLate, within } from '../plumbing/within.ts'
import type { Services } from '../services.ts'
import { examineAndKeep } from './examinations.ts'

/** More than that waits too long, and asks WeChat some hundred times. */
export const chosenAtMost = 20
/** A browser waits this long; the rest goes on without it. */
const patienceMs = 25_000

/** `lately`: examined less than a minute ago and left out. */
export type ManyExamined = { isDone: boolean; lately: number }

/**
 * Examines these merchants one after the other, so that WeChat is not asked for all at once. Throws `Declined` when the
 * person may not for one of them, or there are more than `chosenAtMost`; then none is.
 */
export async function examineMany(services: Services, person: Person, merchants: Merchant[]): Promise<ManyExamined> {
  for (const { id } of merchants) requireMay(person, 'keep_steps', ofMerchant(id))
  if (merchants.length > chosenAtMost) throw new Declined('too_many_chosen')
  let lately = 0
  const work = async () => {
    for (const merchant of merchants) {
      if (services.stopping.signal.aborted) return
      try {
        await examineAndKeep(services, merchant, person)
      } catch (error) {
        if (error instanceof Declined && error.word === 'examined_lately') lately += 1
        else services.log.error({ err: error, merchant: merchant.slug }, 'an examination of many failed')
      }
    }
  }
  try {
    await within(patienceMs, work())
    return { isDone: true, lately }
  } catch (error) {
    if (!(error instanceof TooLate)) throw error
    return { isDone: false, lately }
  }
}
