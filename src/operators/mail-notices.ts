import { sql } from 'kysely'
import { MailFailed } from '../plumbing/mail/mail-failed.ts'
import type { Mailer } from '../plumbing/mail/mailer.ts'
import type { Clock } from '../plumbing/clock.ts'
import { beijingTime, daysBefore } from '../plumbing/clock.ts'
import type { JobRun } from '../plumbing/schedule/job.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { rolesFor } from './rights/permissions.ts'

/** Letters of one run; the next takes the others. */
const lettersAtMost = 20
/** Of one letter. */
const recipientsAtMost = 50

/**
 * The job `notices`: mails what owners and providers' people are told of, each notice once, on the day it happened; an
 * older one stands on their home pages. A letter that was not taken is tried again with the next run.
 */
export async function mailNotices(
  { db, clock, mail }: { db: Db; clock: Clock; mail: Mailer | undefined },
  { signal }: JobRun,
): Promise<string> {
  if (!mail) return 'no mail server is set'
  const waiting = await db
    .selectFrom('notices as n')
    .innerJoin('merchants as m', 'm.id', 'n.merchant_id')
    .select(['n.id', 'n.merchant_id', 'n.at', 'n.by', 'n.words', 'm.name'])
    .where('n.mailed_at', 'is', null)
    .where('n.at', '>', daysBefore(clock.now(), 1))
    .orderBy('n.id')
    .limit(lettersAtMost)
    .execute()
  let failed = 0
  for (const { id, merchant_id, at, by, words, name } of waiting) {
    signal.throwIfAborted()
    const to = await hearersOf(db, merchant_id)
    const text = `${name}：${words}\n\n操作人：${by}\n时间：${beijingTime(at)}（北京时间）`
    try {
      // One letter each, so that nobody reads the others' addresses.
      for (const one of to)
        await mail.send({ to: [one], subject: `【商户云后台】${name}：${words}`.slice(0, 100), text })
    } catch (error) {
      if (!(error instanceof MailFailed)) throw error
      failed += 1
      continue
    }
    await db.updateTable('notices').set({ mailed_at: clock.now() }).where('id', '=', id).execute()
  }
  if (failed > 0) throw new Error(`${failed} of ${waiting.length} notices were not mailed`)
  return `${waiting.length} notices`
}

async function hearersOf(db: Db, merchantId: number): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    select distinct o.email from memberships m join operators o on o.id = m.operator_id
    where m.ended_at is null and o.totp_sealed is not null and m.role = any(${[...rolesFor('hear_of_deeds')]})
      and (m.merchant_id = ${merchantId} or (m.merchant_id is null and m.provider_mchid is null)
        or m.provider_mchid in (select mchid from provider_links where merchant_id = ${merchantId} and ended_at is null))
    order by o.email limit ${recipientsAtMost}`.execute(db)
  return rows.map(({ email }) => email)
}
