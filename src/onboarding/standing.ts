import { type Selectable, sql } from 'kysely'
import { beijingDay } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { OnboardingStepsTable } from '../plumbing/storage/schema.ts'
import { evidenceOf, type Fact } from './fact.ts'
import { factsOf } from './facts.ts'

/** How far one step is: what was said by hand or proven last. */
export type Standing = Omit<Selectable<OnboardingStepsTable>, 'id' | 'merchant_id'>

/** `by` of what evidence moved. */
const system = 'system'
/** The column's bound; WeChat's words are never so long. */
const evidenceAtMost = 1_000

/** A merchant's steps by number; those of which nothing is known are absent. `moved`: proven, and not kept yet. */
export type Standings = { now: Map<number, Standing>; moved: Standing[] }

/** How far a merchant is: what is kept, and over it what newer evidence proves. Nothing is written, nobody is asked. */
export async function standingsOf(db: Db, merchantId: number): Promise<Standings> {
  const kept = await keptOf(db, merchantId)
  const now = new Map(kept.map((row) => [row.step, row]))
  const moved = (await factsOf(db, merchantId)).filter((fact) => moves(fact, now.get(fact.step))).map(asStanding)
  for (const standing of moved) now.set(standing.step, standing)
  return { now, moved }
}

/**
 * A fact moves its step when it is newer than what is kept and says something else: what a person said after it stands
 * against it, and the same evidence is not written twice. Of a refusal the newest words are kept.
 */
function moves(fact: Fact, kept: Standing | undefined): boolean {
  if (!kept) return true
  if (fact.at <= kept.at) return false
  return fact.state !== kept.state || (fact.state === 'refused' && !kept.evidence.startsWith(fact.words))
}

async function keptOf(db: Db, merchantId: number): Promise<Standing[]> {
  const { rows } = await sql<Standing>`
    select distinct on (step) step, state, day, source, evidence, by, at from onboarding_steps
    where merchant_id = ${merchantId} order by step, at desc, id desc`.execute(db)
  return rows
}

function asStanding(fact: Fact): Standing {
  const { step, state, at } = fact
  const evidence = evidenceOf(fact).slice(0, evidenceAtMost)
  return { step, state, day: beijingDay(at), source: 'evidence', evidence, by: system, at }
}
