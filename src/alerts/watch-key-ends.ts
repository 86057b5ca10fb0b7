import { noteAlone } from '../operators/told.ts'
import type { JobRun } from '../plumbing/schedule/job.ts'
import type { Services } from '../services.ts'
import { type Dated, type KeyEnd, keyEndsOf } from './key-ends.ts'
import { settleWarnings } from './warnings.ts'
import { warningWords } from './warning-words.ts'

const kinds = [
  'certificate_ends',
  'certificate_ended',
  'platform_certificate_ends',
  'platform_certificate_ended',
] as const
const batch = 200

type Row = Dated & { merchant_id: number }

/**
 * The job `key-ends`: warns 60, 30, 14, 7 and 1 days before a certificate ends, and when it has ended. Each step is told
 * once, on the home page and by mail; the warning goes when the certificate was replaced. Forgets former keys that have
 * ended.
 */
export async function watchKeyEnds(services: Services, { signal }: JobRun): Promise<string> {
  const { db, clock } = services
  await db.deleteFrom('former_keys').where('until', '<=', clock.now()).execute()
  let [last, near] = [0, 0]
  for (;;) {
    signal.throwIfAborted()
    const accounts = await db
      .selectFrom('accounts')
      .select(['id', 'merchant_id', 'mchid', 'serial_no', 'certificate', 'public_key_id'])
      .where('id', '>', last)
      .orderBy('id')
      .limit(batch)
      .execute()
    for (const account of accounts) near += await watch(services, account)
    if (accounts.length < batch) return `${near} certificates end soon`
    last = accounts.at(-1)!.id
  }
}

async function watch(services: Services, account: Row): Promise<number> {
  const ends = await keyEndsOf(services.db, account, services.clock.now())
  const about = { merchantId: account.merchant_id, kinds, subject: account.mchid }
  const found = ends.map(({ warning }) => warning)
  await settleWarnings(services, about, found)
  for (const end of ends) await tellOnce(services, account.merchant_id, end)
  return ends.length
}

/** Two processes may come to it at once: whoever writes the step's row tells it. */
async function tellOnce({ db, clock }: Services, merchantId: number, end: KeyEnd): Promise<void> {
  const { kind, subject, facts } = end.warning
  const { message, cure } = warningWords(kind, subject, facts)
  const at = clock.now()
  await db.transaction().execute(async (trx) => {
    const row = { account_id: end.accountId, serial_no: end.serialNo, days_ahead: end.daysAhead, at }
    const told = await trx
      .insertInto('key_warnings')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returning('account_id')
      .executeTakeFirst()
    if (told) await noteAlone(trx, { merchantId, at, by: '系统', words: `${message}。${cure}` })
  })
}
