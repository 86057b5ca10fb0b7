import { groupBy } from '../group-by.ts'
import type { WechatCoupon } from '../wechat.ts'
import type { Evidence } from './evidence.ts'

const daySeconds = 86_400

/** What WeChat has given by our numbers against what our side says of it. */
export function judgeAtWechat({ given, coupons, stocks }: Evidence): string[] {
  const failures: string[] = []
  const stockOf = (ref: number) => stocks.find((stock) => stock.id === ref)?.stock_id
  // WeChat's list does not say which of a member's coupons of one stock came by which number, so a look-up may take one for
  // the other (or for one that another system gave at the same time). What counts is that no two rows have the same.
  const isOfTheSameMember = (row: Evidence['coupons'][number]) =>
    given.some(
      ({ couponId, openid, stockId }) =>
        couponId === row.coupon_id && openid === row.openid && stockId === stockOf(row.stock_ref),
    )
  const ours = groupBy(
    given.filter((coupon) => coupon.number !== undefined),
    (coupon) => coupon.number as string,
  )
  for (const [number, brought] of ours) {
    const rows = coupons.filter((row) => row.out_request_no === number)
    const [first] = brought as [WechatCoupon]
    if (rows.length === 0) failures.push(`unknown: coupon ${first.couponId} was given for ${number}, which no row has`)
    const allStandHere = brought.every(({ couponId }) => coupons.some((row) => row.coupon_id === couponId))
    for (const later of brought.slice(1)) {
      // WeChat may forget a number; until a day is over nobody can know.
      const seconds = (later.createdAt - first.createdAt) / 1_000
      if (seconds > daySeconds && !allStandHere)
        failures.push(`sent twice: ${number} went out again after ${Math.round(seconds)} s`)
    }
    const settled = rows.filter((row) => brought.some((coupon) => coupon.couponId === row.coupon_id))
    if (settled.length > 1) failures.push(`shared: coupon ${first.couponId} stands on ${settled.length} rows`)
    const isHad = rows.some((row) => row.state === 'reserved' || isOfTheSameMember(row))
    if (rows.length > 0 && settled.length === 0 && !isHad) {
      const [row] = rows
      failures.push(
        `not sent here: ${first.openid} has coupon ${first.couponId}, its row is ${row!.state}/${row!.reason}`,
      )
    }
    for (const row of rows) {
      if (row.openid !== first.openid || stockOf(row.stock_ref) !== first.stockId)
        failures.push(`number reused: ${number} is another member's or stock's`)
    }
  }
  for (const row of coupons.filter((one) => one.state === 'sent')) {
    const there = given.find((coupon) => coupon.couponId === row.coupon_id)
    if (there?.number !== row.out_request_no && !isOfTheSameMember(row))
      failures.push(`not there: row ${row.out_request_no} says ${row.coupon_id}, which WeChat did not give for it`)
  }
  return failures
}
