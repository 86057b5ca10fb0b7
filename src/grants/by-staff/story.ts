import { type Fate, readFates } from '../../coupons/fates.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import { couponsOf, type EvidenceCoupon } from '../evidence-coupons.ts'
import { findGrant, type Grant } from '../grants.ts'

/** Why nothing is sent for a coupon at present, and when the next trial is. */
export type StandingHalt = { cause: string; since: Date; probe_at: Date }

/** One grant with all that is known of it. */
export type GrantStory = {
  grant: Grant
  coupons: EvidenceCoupon[]
  acts: Awaited<ReturnType<typeof actsOf>>
  halts: StandingHalt[]
  /** What became of its coupons after they were sent, by WeChat's number. */
  fateOf: (couponId: string) => Fate
}

/** Undefined when the merchant has no grant of this id. */
export async function storyOfGrant(db: Db, merchantId: number, grantId: string): Promise<GrantStory | undefined> {
  const grant = await findGrant(db, merchantId, grantId)
  if (!grant) return undefined
  const coupons = await couponsOf(db, grantId)
  const couponIds = coupons.flatMap(({ coupon_id }) => coupon_id ?? [])
  const [acts, halts] = await Promise.all([actsOf(db, grantId), haltsOf(db, coupons)])
  return { grant, coupons, acts, halts, fateOf: await readFates(db, merchantId, couponIds) }
}

function actsOf(db: Db, grantId: string) {
  return db
    .selectFrom('operator_acts')
    .select(['at', 'act', 'reason'])
    .where('grant_id', '=', grantId)
    .orderBy('id')
    .execute()
}

async function haltsOf(db: Db, coupons: EvidenceCoupon[]): Promise<StandingHalt[]> {
  const owed = coupons.filter(({ state }) => state === 'reserved')
  if (owed.length === 0) return []
  const ids = (of: (coupon: EvidenceCoupon) => number) => [...new Set(owed.map(of))]
  return db
    .selectFrom('halts')
    .select(['cause', 'since', 'probe_at'])
    .where('lifted_at', 'is', null)
    .where(
      'account_id',
      'in',
      ids(({ account_id }) => account_id),
    )
    .where((is) =>
      is.or([
        is('stock_ref', 'is', null),
        is(
          'stock_ref',
          'in',
          ids(({ stock_ref }) => stock_ref),
        ),
      ]),
    )
    .orderBy('since')
    .execute()
}
