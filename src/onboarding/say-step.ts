import type { Merchant } from '../merchants/merchant.ts'
import { writeAudit } from '../operators/audit/write.ts'
import { Declined } from '../operators/rights/declined.ts'
import { requireMay } from '../operators/rights/guard.ts'
import { doerOf, type Person } from '../operators/rights/person.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import { calendarDay } from '../plumbing/calendar-day.ts'
import { beijingDay } from '../plumbing/clock.ts'
import type { StepState } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import { keepByHand } from './keep.ts'
import type { Standing } from './standing.ts'
import { type Step } from './steps.ts'

/** What a form says of a step: `on` is a day such as `2026-11-01`. */
export type Statement = { step: Step; state: string; on: string }

/**
 * Keeps what a person says of a step of these merchants, with an audit entry for each that it changes; all of them or
 * none. Throws `Declined`: not allowed, a step that our own tables decide, no such state, a day that is none or still to
 * come.
 */
export async function sayStep(
  services: Pick<Services, 'db' | 'clock'>,
  person: Person,
  merchants: Pick<Merchant, 'id' | 'slug'>[],
  { step, state, on }: Statement,
): Promise<void> {
  for (const { id } of merchants) requireMay(person, 'keep_steps', ofMerchant(id))
  if (step.number > lastByHand) throw new Declined('step_wrong')
  if (!isState(state)) throw new Declined('state_wrong')
  const now = services.clock.now()
  const day = calendarDay(on)
  if (day === undefined || day > beijingDay(now)) throw new Declined('day_wrong')
  await services.db.transaction().execute(async (trx) => {
    const said = { step: step.number, state, day, by: person.email }
    const kept = []
    for (const { id, slug } of merchants) {
      const { was, is, changed } = await keepByHand({ ...services, db: trx }, id, said)
      if (changed) kept.push({ id, subject: `${slug} ${step.key}`, before: told(was), after: told(is) })
    }
    for (const { id, ...deed } of kept) {
      await writeAudit(trx, { at: now, by: doerOf(person), act: 'step_said', scope: ofMerchant(id), ...deed })
    }
  })
}

/** The two after it are known from our own tables. */
const lastByHand = 10

function isState(text: string): text is StepState {
  return text === 'asked' || text === 'granted' || text === 'refused'
}

function told(standing: Standing | undefined): Record<string, unknown> {
  return standing ? { state: standing.state, day: standing.day } : {}
}
