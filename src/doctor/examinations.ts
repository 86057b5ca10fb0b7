import { sql } from 'kysely'
import type { Merchant } from '../merchants/merchant.ts'
import { Declined } from '../operators/rights/declined.ts'
import { requireMay } from '../operators/rights/guard.ts'
import type { Person } from '../operators/rights/person.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { TooLate, within } from '../plumbing/within.ts'
import type { Services } from '../services.ts'
import { examine } from './examine.ts'
import type { Finding } from './findings.ts'

/** Each examination asks WeChat some dozen times. */
const restMs = 60_000
/** A browser waits this long; an examination against a WeChat that is silent goes on without it. */
const patienceMs = 30_000
/** Of each merchant; only the newest is shown, the others are for whoever looks into the database. */
const keptAtMost = 5

/** What the doctor found last. */
export type Examination = { merchant_id: number; at: Date; by: string; findings: Finding[] }

/** The newest finished examination of each of these merchants, by merchant. */
export async function lastExaminations(db: Db, merchantIds: number[]): Promise<Map<number, Examination>> {
  const { rows } = await sql<Examination>`
    select distinct on (merchant_id) merchant_id, at, by, findings from examinations
    where merchant_id = any(${merchantIds}) and findings is not null
    order by merchant_id, id desc`.execute(db)
  return new Map(rows.map((row) => [row.merchant_id, row]))
}

/**
 * Examines the merchant and keeps what was found; `examining`: that takes longer than a browser waits, and goes on. Throws
 * `Declined` when the person may not, and (examined_lately) within a minute of the last time: of two at once one runs.
 */
export async function examineAndKeep(
  services: Services,
  merchant: Merchant,
  person: Person,
): Promise<'examined' | 'examining'> {
  requireMay(person, 'keep_steps', ofMerchant(merchant.id))
  const id = await begin(services, merchant, person.email)
  try {
    await within(
      patienceMs,
      examine(services, merchant).then((findings) => finish(services, id, findings)),
    )
    return 'examined'
  } catch (error) {
    if (error instanceof TooLate) return 'examining'
    throw error
  }
}

/** Keeps what an examination found that was made at another door. */
export async function keepExamination(
  { db, clock }: Services,
  merchant: Merchant,
  { by, findings }: { by: string; findings: Finding[] },
): Promise<void> {
  await add(db, { merchant_id: merchant.id, at: clock.now(), by, findings: JSON.stringify(findings) })
}

function begin({ db, clock }: Services, { id }: Merchant, by: string): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await trx.selectFrom('merchants').select('id').where('id', '=', id).forNoKeyUpdate().execute()
    const now = clock.now()
    const lately = await trx
      .selectFrom('examinations')
      .select('id')
      .where('merchant_id', '=', id)
      .where('at', '>', new Date(now.getTime() - restMs))
      .executeTakeFirst()
    if (lately) throw new Declined('examined_lately')
    return add(trx, { merchant_id: id, at: now, by, findings: null })
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
  row: { merchant_id: number; at: Date; by: string; findings: string | null },
): Promise<number> {
  const { id } = await db.insertInto('examinations').values(row).returning('id').executeTakeFirstOrThrow()
  await sql`
    delete from examinations where merchant_id = ${row.merchant_id} and id <= (
      select id from examinations where merchant_id = ${row.merchant_id}
      order by id desc offset ${keptAtMost} limit 1)`.execute(db)
  return id
}
