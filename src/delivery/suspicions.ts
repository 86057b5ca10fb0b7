import type { OwedCoupon } from '../ledger/coupon.ts'
import { kept } from '../plumbing/cache.ts'
import type { SuspicionsTable } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import type { Outcome } from './classify.ts'
import { forgetObstacles, laneOf, readObstacles } from './obstacles.ts'

/** This many members must get the same answer before it counts as the stock's fault and not theirs. */
const membersToHalt = 3
/** They must get it within this time, and without a success of the stock in between. */
const windowMs = 10 * 60_000

/**
 * When this process last sent a coupon of each lane. `most`: more lanes than the largest installation uses in a window.
 */
const successes = kept<string, Date>({ most: 10_000, ageMs: windowMs })

/**
 * Records that a member got an answer that may concern only that member. True when so many members got the same answer
 * that it must be the stock's fault. Only a coupon's first such answer counts (`isFirst`): a coupon that got it before,
 * while other members got theirs, would get it again even from a stock without faults. Throws what the database throws.
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

/** WeChat sent a coupon of the lane, so the answers that other members got before are not the stock's fault. */
export function noteSuccess({ cache, clock }: Services, coupon: OwedCoupon): void {
  cache.set(successes, laneOf(coupon), clock.now())
}

/**
 * Makes a success known to the other processes. Costs a query only when the lane is known to have suspicions. Never
 * throws: the coupon is sent, whatever happens here.
 */
export async function clearSuspicions(services: Services, coupon: OwedCoupon): Promise<void> {
  const { db, log } = services
  const lane = laneOf(coupon)
  try {
    const { suspected } = await readObstacles(services)
    // Removed at once, so that of many successes at the same moment only the first one deletes.
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
