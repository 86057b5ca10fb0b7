import { sql } from 'kysely'
import type { Services } from '../services.ts'

const windowMs = 60_000

/**
 * How many more flow files may be asked for now. WeChat counts by the address that asks (docs/wechat/bills.md 2), so all
 * processes count together, in the database. After a 429 the rest of that minute belongs to whoever shares the address.
 */
export async function flowsLeft({ db, clock, config }: Pick<Services, 'db' | 'clock' | 'config'>): Promise<number> {
  const since = new Date(clock.now().getTime() - windowMs)
  const { asked, refused } = await db
    .selectFrom('wechat_files')
    .select((eb) => [
      eb.fn.countAll<number>().as('asked'),
      // A refusal is kept in WeChat's own words, its status first.
      sql<boolean>`coalesce(bool_or(reason like '429 %'), false)`.as('refused'),
    ])
    .where('kind', '!=', 'trade_bill')
    .where('origin', '=', 'wechat')
    .where('asked_at', '>', since)
    .executeTakeFirstOrThrow()
  return refused ? 0 : Math.max(0, config.flowFilesPerMinute - Number(asked))
}
