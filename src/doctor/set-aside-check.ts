import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { finding, type Finding } from './findings.ts'

/** Grants named in one line; the rest is a number. */
const namedAtMost = 5

/** Coupons that are owed and wait for an operator: nothing sends them by itself any more. */
export async function checkSetAside({ db }: Services, merchant: Merchant): Promise<Finding[]> {
  const rows = await db
    .selectFrom('coupons')
    .select(['grant_id', 'reason'])
    .where('merchant_id', '=', merchant.id)
    .where('state', '=', 'reserved')
    .where('set_aside', '=', true)
    .orderBy('id')
    .execute()
  if (rows.length === 0) return []
  const grants = [...new Set(rows.map((row) => row.grant_id))]
  const reasons = [...new Set(rows.map((row) => row.reason ?? '—'))]
  const named = `${grants.slice(0, namedAtMost).join(' ')}${grants.length > namedAtMost ? ' …' : ''}`
  return [finding('set_aside', { count: rows.length, reasons: reasons.join('、'), grants: named })]
}
