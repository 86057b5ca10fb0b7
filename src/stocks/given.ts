import { type RawBuilder, sql } from 'kysely'

/**
 * SQL over a row `s` of `stocks`: whether a coupon of it was given before `at`, as far as anybody has told us. WeChat's own
 * count is as old as its last reading; a coupon that we sent, and a use, are proof too.
 */
export function isGivenBefore(at: Date): RawBuilder<boolean> {
  return sql`(s.distributed_coupons > 0
    or exists (select from coupons c where c.stock_ref = s.id and c.state <> 'refused' and c.state = 'sent'
      and c.settled_at < ${at}::timestamptz)
    or exists (select from redemptions r where r.merchant_id = s.merchant_id and r.stock_id = s.stock_id
      and r.used_at < ${at}::timestamptz))`
}
