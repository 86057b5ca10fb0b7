import { sql } from 'kysely'
import { type FoundWarning, settleWarnings } from '../alerts/warnings.ts'
import type { WarningKind } from '../alerts/warning-words.ts'
import { daysBefore, startOfBeijingMonth } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { JobRun } from '../plumbing/schedule/job.ts'
import type { Services } from '../services.ts'
import { stockSubject } from './stock-warnings.ts'

const capKinds: WarningKind[] = ['member_month_cap', 'member_stock_cap', 'same_person']

/** WeChat's cap of face value per member, Beijing month and creating number, in fen (docs/wechat/pay-v3.md 3.3). */
export const monthCapFen = 500_000
/** From this share of a cap on, members are about to meet it. */
const warnShare = 0.8
/** A smaller limit per member is the merchant's own choice; a large one is meant to be out of reach. */
const largeLimit = 10
const personDays = 7

/**
 * Warns before the caps that no campaign names: 5,000 yuan per member, month and creating number; a stock's limit per
 * member; one identity behind several openids. Merchant by merchant. Throws what the database throws.
 */
export async function watchMemberCaps(services: Services, { signal }: JobRun): Promise<string> {
  const { db, clock } = services
  const merchants = await db.selectFrom('merchants').select('id').orderBy('id').execute()
  let warned = 0
  for (const { id } of merchants) {
    signal.throwIfAborted()
    const now = clock.now()
    const found = [
      ...(await monthCaps(db, id, now)),
      ...(await stockCaps(db, id, now)),
      ...(await samePersons(db, id, now)),
    ]
    await settleWarnings(services, { merchantId: id, kinds: capKinds }, found)
    warned += found.length
  }
  return `${warned} warnings`
}

async function monthCaps(db: Db, merchantId: number, now: Date): Promise<FoundWarning[]> {
  const { rows } = await sql<{ creator: string; members: number; most: number }>`
    select creator, count(*) as members, max(sum) as most from (
      select s.creator_mchid as creator, sum(s.coupon_amount) as sum
      from coupons c join stocks s on s.id = c.stock_ref
      where s.merchant_id = ${merchantId} and c.state <> 'refused' and c.settled_at >= ${startOfBeijingMonth(now)}
      group by s.creator_mchid, c.openid having sum(s.coupon_amount) >= ${monthCapFen * warnShare}
    ) member group by creator`.execute(db)
  return rows.map(({ creator, members, most }) => ({
    kind: 'member_month_cap',
    subject: `制券商户号 ${creator}`,
    facts: { members: Number(members), most: Number(most) / 100, share: warnShare * 100 },
  }))
}

async function stockCaps(db: Db, merchantId: number, now: Date): Promise<FoundWarning[]> {
  const { rows } = await sql<{ stock_id: string; name: string; members: number; limit: number }>`
    select stock_id, name, count(*) as members, "limit" from (
      select s.stock_id, s.name, s.max_coupons_per_user as "limit"
      from coupons c join stocks s on s.id = c.stock_ref
      where s.merchant_id = ${merchantId} and s.max_coupons_per_user >= ${largeLimit} and c.state <> 'refused'
        and s.available_end > ${now}
      group by s.id, c.openid having count(*) >= s.max_coupons_per_user * ${warnShare}::numeric
    ) member group by stock_id, name, "limit"`.execute(db)
  return rows.map(({ stock_id, name, members, limit }) => ({
    kind: 'member_stock_cap',
    subject: stockSubject({ stock_id }),
    facts: { name, members: Number(members), limit, share: warnShare * 100 },
  }))
}

/** WeChat says 自然人 when another openid of the same identity has had the coupons (docs/wechat/pay-v3.md 3.3). */
async function samePersons(db: Db, merchantId: number, now: Date): Promise<FoundWarning[]> {
  const { rows } = await sql<{ stock_id: string; name: string; members: number }>`
    select s.stock_id, s.name, count(distinct c.openid) as members
    from coupons c join stocks s on s.id = c.stock_ref
    where s.merchant_id = ${merchantId} and c.state = 'refused' and c.last_message like '%自然人%'
      and c.settled_at >= ${daysBefore(now, personDays)}
    group by s.id`.execute(db)
  return rows.map(({ stock_id, name, members }) => ({
    kind: 'same_person',
    subject: stockSubject({ stock_id }),
    facts: { name, members: Number(members) },
  }))
}
