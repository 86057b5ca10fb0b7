import type { Db } from '../plumbing/storage/database.ts'
import { daysBefore } from '../plumbing/clock.ts'
import { merchantsFor, type Person } from './rights/person.ts'

/** What a home page tells of: after two weeks it stands only in the audit. */
const shownDays = 14
const shownAtMost = 20

/** What a merchant's owners and its provider's people are told of. */
export type Told = { id: number; at: Date; by: string; words: string; merchant: string }

/**
 * Tells every owner of the merchant and its provider's people of something, such as what somebody approved alone: on
 * their home page, and by mail where that is set. In the deed's transaction.
 */
export async function noteAlone(
  trx: Db,
  { merchantId, at, by, words }: { merchantId: number; at: Date; by: string; words: string },
): Promise<void> {
  await trx
    .insertInto('notices')
    .values({ merchant_id: merchantId, at, by, words: words.slice(0, 500), mailed_at: null })
    .execute()
}

/** What the person is told of, newest first. */
export async function toldTo(db: Db, person: Pick<Person, 'memberships'>, now: Date): Promise<Told[]> {
  const merchants = merchantsFor(person, 'hear_of_deeds')
  return db
    .selectFrom('notices as n')
    .innerJoin('merchants as m', 'm.id', 'n.merchant_id')
    .select(['n.id', 'n.at', 'n.by', 'n.words', 'm.name as merchant'])
    .where('n.at', '>', daysBefore(now, shownDays))
    .$if(merchants !== 'all', (query) => query.where('n.merchant_id', 'in', [0, ...(merchants as number[])]))
    .orderBy('n.id', 'desc')
    .limit(shownAtMost)
    .execute()
}
