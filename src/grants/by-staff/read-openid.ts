import { writeAudit } from '../../operators/audit/write.ts'
import { requireMay } from '../../operators/rights/guard.ts'
import { doerOf, type Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'
import type { Services } from '../../services.ts'
import type { Grant } from '../grants.ts'

/** The openid of a grant's member in full; that somebody read it is in the audit. Throws `Declined`. */
export async function readOpenid(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  person: Person,
  { merchantId, grant }: { merchantId: number; grant: Pick<Grant, 'id' | 'openid'> },
): Promise<string> {
  const scope = ofMerchant(merchantId)
  requireMay(person, 'see_openids', scope)
  const deed = {
    at: clock.now(),
    by: doerOf(person),
    act: 'openid_read',
    scope,
    subject: `发放记录 ${grant.id}`,
  } as const
  await db.transaction().execute((trx) => writeAudit(trx, deed))
  return grant.openid
}
