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
  const now = (await keptStandings(db, [merchantId])).get(merchantId)!
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

/** What is kept of the steps of many merchants, by merchant and number: evidence up to the last run of the job. */
export async function keptStandings(db: Db, merchantIds: number[]): Promise<Map<number, Map<number, Standing>>> {
  const { rows } = await sql<Standing & { merchant_id: number }>`
    select distinct on (merchant_id, step) merchant_id, step, state, day, source, evidence, by, at
    from onboarding_steps where merchant_id = any(${merchantIds})
    order by merchant_id, step, at desc, id desc`.execute(db)
  const all = new Map(merchantIds.map((id) => [id, new Map<number, Standing>()]))
  for (const { merchant_id, ...standing } of rows) all.get(merchant_id)?.set(standing.step, standing)
  return all
}

function asStanding(fact: Fact): Standing {
  const { step, state, at } = fact
  const evidence = evidenceOf(fact).slice(0, evidenceAtMost)
  return { step, state, day: beijingDay(at), source: 'evidence', evidence, by: system, at }
}
