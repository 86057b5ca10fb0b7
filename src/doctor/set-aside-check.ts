import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { finding, type Finding } from './findings.ts'

/** How many grants are named in one line; the rest is a number. */
const namedAtMost = 5

/** Owed coupons that wait for an operator: nothing sends them by itself. Few rows are read, however many there are. */
export async function checkSetAside({ db }: Services, merchant: Merchant): Promise<Finding[]> {
  const waiting = db
    .selectFrom('coupons')
    .where('merchant_id', '=', merchant.id)
    .where('state', '=', 'reserved')
    .where('set_aside', '=', true)
  const reasons = await waiting
    .select(['reason', (eb) => eb.fn.countAll<number>().as('count')])
    .groupBy('reason')
    .orderBy('reason')
    .execute()
  if (reasons.length === 0) return []
  // Ids sort by time, so these are the grants that have waited longest.
  const grants = await waiting
    .select('grant_id')
    .distinct()
    .orderBy('grant_id')
    .limit(namedAtMost + 1)
    .execute()
  const ids = grants.map((row) => row.grant_id)
  return [
    finding('set_aside', {
      count: reasons.reduce((sum, { count }) => sum + Number(count), 0),
      reasons: reasons.map(({ reason }) => reason ?? '—').join('、'),
      grants: `${ids.slice(0, namedAtMost).join(' ')}${ids.length > namedAtMost ? ' …' : ''}`,
    }),
  ]
}
