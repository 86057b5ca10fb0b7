import { sql } from 'kysely'
import type { Merchant } from '../merchants/merchant.ts'
import { Declined } from '../operators/rights/declined.ts'
import { requireMay } from '../operators/rights/guard.ts'
import type { Person } from '../operators/rights/person.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { TooLate, within } from '../plumbing/within.ts'
import type { Services } from '../services.ts'
import type { StepNumber } from '../onboarding/steps.ts'
import { examine } from './examine.ts'
import { canExamine, examineStep } from './examine-step.ts'
import type { Finding } from './findings.ts'

/** Each examination asks WeChat some dozen times. */
const restMs = 60_000
/** One step asks it a few times. */
const restOfStepMs = 10_000
/** A browser waits this long; an examination against a WeChat that is silent goes on without it. */
const patienceMs = 30_000
/** Of each merchant; only the newest is shown, the others are for whoever looks into the database. */
const keptAtMost = 5

/** What the doctor found last. `step`: only that one was examined, and the other findings are those of before. */
export type Examination = { merchant_id: number; at: Date; by: string; step: number | null; findings: Finding[] }

/** The newest finished examination of each of these merchants, by merchant. */
export async function lastExaminations(db: Db, merchantIds: number[]): Promise<Map<number, Examination>> {
  const { rows } = await sql<Examination>`
    select distinct on (merchant_id) merchant_id, at, by, step, findings from examinations
    where merchant_id = any(${merchantIds}) and findings is not null
    order by merchant_id, id desc`.execute(db)
  return new Map(rows.map((row) => [row.merchant_id, row]))
}

/**
 * Examines the merchant, or only one step of it, and keeps what was found; `examining`: that takes longer than a browser
 * waits, and goes on. Throws `Declined` when the person may not, where the step has no test, and (examined_lately) within a
 * minute of the last time, of a step within ten seconds: of two at once one runs.
 */
export async function examineAndKeep(
  services: Services,
  merchant: Merchant,
  person: Person,
  step?: StepNumber,
): Promise<'examined' | 'examining'> {
  requireMay(person, 'keep_steps', ofMerchant(merchant.id))
  if (step !== undefined && !canExamine(step)) throw new Declined('step_untested')
  const id = await begin(services, merchant, person.email, step)
  try {
    await within(
      patienceMs,
      findingsOf(services, merchant, step).then((findings) => finish(services, id, findings)),
    )
    return 'examined'
  } catch (error) {
    if (error instanceof TooLate) return 'examining'
    throw error
  }
}

async function findingsOf(services: Services, merchant: Merchant, step: StepNumber | undefined): Promise<Finding[]> {
  if (step === undefined) return examine(services, merchant)
  const last = (await lastExaminations(services.db, [merchant.id])).get(merchant.id)
  return examineStep(services, merchant, step, last?.findings ?? [])
}

/** Keeps what an examination found that was made at another door. */
export async function keepExamination(
  { db, clock }: Services,
  merchant: Merchant,
  { by, findings }: { by: string; findings: Finding[] },
): Promise<void> {
  await add(db, { merchant_id: merchant.id, at: clock.now(), by, step: null, findings: JSON.stringify(findings) })
}

function begin({ db, clock }: Services, { id }: Merchant, by: string, step?: StepNumber): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await trx.selectFrom('merchants').select('id').where('id', '=', id).forNoKeyUpdate().execute()
    const now = clock.now()
    const lately = await trx
      .selectFrom('examinations')
      .select('id')
      .where('merchant_id', '=', id)
      .where('at', '>', new Date(now.getTime() - (step === undefined ? restMs : restOfStepMs)))
      .$if(step === undefined, (query) => query.where('step', 'is', null))
      .executeTakeFirst()
    if (lately) throw new Declined('examined_lately')
    return add(trx, { merchant_id: id, at: now, by, step: step ?? null, findings: null })
  })
}

async function finish({ db }: Services, id: number, findings: Finding[]): Promise<void> {
  await db
    .updateTable('examinations')
    .set({ findings: JSON.stringify(findings) })
    .where('id', '=', id)
    .execute()
}

async function add(
  db: Db,
  row: { merchant_id: number; at: Date; by: string; step: number | null; findings: string | null },
): Promise<number> {
  const { id } = await db.insertInto('examinations').values(row).returning('id').executeTakeFirstOrThrow()
  await sql`
    delete from examinations where merchant_id = ${row.merchant_id} and id <= (
      select id from examinations where merchant_id = ${row.merchant_id}
      order by id desc offset ${keptAtMost} limit 1)`.execute(db)
  return id
}
