import type { Db } from '../plumbing/storage/database.ts'
import type { StepState } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import { type Standing, standingsOf } from './standing.ts'

/** Writes what evidence has moved since the last time; returns it. History stays. */
export async function keepEvidence(db: Db, merchantId: number): Promise<Standing[]> {
  const { moved } = await standingsOf(db, merchantId)
  if (moved.length === 0) return []
  await db
    .insertInto('onboarding_steps')
    .values(moved.map((standing) => ({ merchant_id: merchantId, ...standing })))
    .execute()
  return moved
}

export type Said = { step: number; state: StepState; day: string; by: string }

/**
 * Keeps what a person says of a step, `day` being Beijing's (`20261101`). Evidence up to now is kept before it. Saying
 * the same again changes nothing. Returns what was and what is.
 */
export async function keepByHand(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  merchantId: number,
  said: Said,
): Promise<{ was: Standing | undefined; is: Standing; changed: boolean }> {
  await keepEvidence(db, merchantId)
  const was = (await standingsOf(db, merchantId)).now.get(said.step)
  if (was && was.source === 'hand' && was.state === said.state && was.day === said.day) {
    return { was, is: was, changed: false }
  }
  const is: Standing = { ...said, source: 'hand', evidence: '', at: clock.now() }
  await db
    .insertInto('onboarding_steps')
    .values({ merchant_id: merchantId, ...is })
    .execute()
  return { was, is, changed: true }
}
