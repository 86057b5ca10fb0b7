import type { World } from '../world.ts'
import type { Evidence } from './evidence.ts'

/** Nothing is left owed or undecided without a cause that has a name, and every refusal was true. */
export async function judgeLeftovers(world: World, { coupons, stocks }: Evidence): Promise<string[]> {
  const failures: string[] = []
  const { wechat, stage } = world
  for (const row of coupons) {
    const stockId = stocks.find((stock) => stock.id === row.stock_ref)!.stock_id
    const isRefusedThere = wechat.refusedNumbers.has(row.out_request_no)
    // What the members tapped at the end waits for the first of the month.
    const isCapped = row.reason === 'user_month_cap' && row.due_at > world.time.date()
    // So does what a campaign holds for some minutes.
    const isHeld = row.reason === null && row.attempts === 0 && row.due_at > world.time.date()
    if (row.state === 'reserved' && !row.set_aside && !isRefusedThere && !isCapped && !isHeld)
      failures.push(`still owed: a coupon of ${row.openid}, ${row.reason ?? 'never tried'}`)
    if (row.state !== 'refused') continue
    const had = wechat.coupons.filter((coupon) => coupon.openid === row.openid && coupon.stockId === stockId).length
    const isLimit = row.reason === 'user_limit_reached'
    if (isLimit && had < wechat.maxPerUser.get(stockId)!)
      failures.push(`refused wrongly: ${row.openid} has ${had} of stock ${stockId}, which is not the limit`)
    if (row.reason === 'user_month_cap') failures.push(`burnt: a coupon of ${row.openid} was refused for its month`)
  }
  const { rows } = await stage.admin.query<{ business_key: string; last_error: string | null }>(
    'select business_key, last_error from inbox where applied_at is null',
  )
  for (const { business_key, last_error } of rows) {
    if (!last_error?.includes('no sender account')) failures.push(`undecided: ${business_key}: ${last_error}`)
  }
  for (const { accepted, refused, message } of world.facts.errands) {
    if (!accepted) failures.push(`not taken: ${JSON.stringify(message).slice(0, 120)}: ${refused ?? 'no answer'}`)
  }
  return failures
}
