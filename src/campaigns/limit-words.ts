import type { LimitUse } from '../ledger/limit-change.ts'
import { grouped, yuan } from './in-chinese.ts'

/** How much of a changed limit is used, as a command says it. */
export function useInEnglish({ name, limit, each, used, scopes, over }: LimitUse): string {
  if (each) {
    const above = over > 0 ? `, ${over} of them above it already` : ''
    return `${name} ${limit}: ${scopes} ${each} counted, at most ${used} given${above}`
  }
  const whole = `${used} given, ${Math.max(0, limit - used)} left under ${name} ${limit}`
  return used > limit ? `${whole}: ${used - limit} more than it allows were given before` : whole
}

const names: Record<string, string> = {
  'limits.per_member': '每人限领',
  'limits.per_member_per_day': '每人每天限领',
  'limits.total': '总量',
  'limits.per_day': '每天限量',
}

/** The same as the console says it. `counted`: a tier's bound is the number of a payment. */
export function useInChinese(use: LimitUse, counted: boolean): string {
  const { limit, each, used, scopes, over } = use
  const name = names[use.name] ?? tierName(use.name, counted)
  const head = `${name} ${grouped(limit)}：`
  if (each === 'members') {
    const above = over > 0 ? `，其中 ${grouped(over)} 位已超过，不再得` : ''
    return `${head}已得的会员有 ${grouped(scopes)} 位，最多的一位得了 ${grouped(used)} 份${above}`
  }
  if (each === 'days') return `${head}发得最多的一天发了 ${grouped(used)} 份`
  if (used > limit) return `${head}已发 ${grouped(used)} 份，比新的限量多 ${grouped(used - limit)} 份，不再发`
  return `${head}已发 ${grouped(used)} 份，还能发 ${grouped(limit - used)} 份`
}

function tierName(name: string, counted: boolean): string {
  const bound = Number(/at_least (\d+)/.exec(name)?.[1] ?? 0)
  return counted ? `第 ${bound} 笔这一档的总量` : `满 ${yuan(bound)} 元这一档的总量`
}
