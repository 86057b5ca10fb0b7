import type { OwedCoupon } from '../ledger/coupon.ts'
import { kept } from '../plumbing/cache.ts'
import type { SuspicionsTable } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import type { Outcome } from './classify.ts'
import { forgetObstacles, laneOf, readObstacles } from './obstacles.ts'

/** So many members must meet the same answer before it is the stock's fault and not theirs. */
const membersToHalt = 3
/** Within this time, and with no success of the stock between. */
const windowMs = 10 * 60_000

/** When this process last gave a coupon of each lane, an account and a stock; more than a window's lanes of the largest house. */
const successes = kept<string, Date>({ most: 10_000, ageMs: windowMs })

/**
 * Remembers that a member met an answer that may be his own fault. True once so many members have met the same one that
 * it must be the stock's. Only a coupon's first such answer is a sign (`isFirst`): those that met it before, and while
 * others of the stock were given, would meet it again whatever the stock. Throws what the database throws.
 */
export async function isMetBySeveral(
  services: Services,
  coupon: OwedCoupon,
  { row, evidence }: Pick<Outcome, 'row' | 'evidence'>,
  isFirst: boolean,
): Promise<boolean> {
  const { db, clock, cache } = services
  const now = clock.now()
  const windowBegan = new Date(now.getTime() - windowMs)
  const { accountId, stockRef, openid } = coupon
  const answer = { account_id: accountId, stock_ref: stockRef, outcome: row.name, code: evidence.code ?? '' }
  if (isFirst) await remember(services, { ...answer, openid, at: now }, windowBegan)
  const given = cache.get(successes, laneOf(coupon))
  const { members } = await db
    .selectFrom('suspicions')
    .select((eb) => eb.fn.countAll<number>().as('members'))
    .where((eb) => eb.and(answer))
    .where('at', '>=', given && given > windowBegan ? given : windowBegan)
    .executeTakeFirstOrThrow()
  return Number(members) >= membersToHalt
}

async function remember(services: Services, met: SuspicionsTable, windowBegan: Date): Promise<void> {
  const { db } = services
  await db.deleteFrom('suspicions').where('at', '<=', windowBegan).execute()
  await db
    .insertInto('suspicions')
    .values(met)
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'stock_ref', 'outcome', 'code', 'openid']).doUpdateSet({ at: met.at }),
    )
    .execute()
  forgetObstacles(services)
}

/** WeChat gave a coupon of the lane: whatever others met before is not the stock's fault. */
export function noteSuccess({ cache, clock }: Services, coupon: OwedCoupon): void {
  cache.set(successes, laneOf(coupon), clock.now())
}

/**
 * Tells the other processes of a success. Costs a query only where somebody is known to have met such an answer. Never
 * throws: the coupon is sent, whatever becomes of this.
 */
export async function clearSuspicions(services: Services, coupon: OwedCoupon): Promise<void> {
  const { db, log } = services
  const lane = laneOf(coupon)
  try {
    const { suspected } = await readObstacles(services)
    // Taken out at once, so that of many successes in one instant only the first one deletes.
    if (!suspected.delete(lane)) return
    await db
      .deleteFrom('suspicions')
      .where('account_id', '=', coupon.accountId)
      .where('stock_ref', '=', coupon.stockRef)
      .execute()
  } catch (error) {
    log.debug({ lane, error: (error as Error).message }, 'suspicions could not be cleared')
  }
}
