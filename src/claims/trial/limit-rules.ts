import { grouped } from '../../campaigns/in-chinese.ts'
import { placesOf } from '../../gate/read-scopes.ts'
import { roomOf } from '../../ledger/fullness.ts'
import type { Limit } from '../../ledger/limits/limits.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import type { Services } from '../../services.ts'
import { type MetRule, not, ok } from './rule.ts'

/** Per scope, the places that earlier awards of the same trial would have taken. */
export type TakenBefore = ReadonlyMap<string, number>

const names: Record<Limit['name'], string> = {
  per_member: '每人限领',
  per_member_per_day: '每人每天限领',
  tier: '档位总量',
  total: '活动总量',
  per_day: '每天限量',
  stock: '批次每人限领',
}
/** What is written before the numbers: `今日已领 1/1`. */
const given: Record<Limit['name'], string> = {
  per_member: '已领',
  per_member_per_day: '今日已领',
  tier: '本档已发',
  total: '已发',
  per_day: '今日已发',
  stock: '已领',
}

/** Whether each limit has room in the ledger, on top of what the same trial has given already. */
export async function limitRules(
  { db }: Pick<Services, 'db'>,
  merchantId: number,
  { limits, stocks, before }: { limits: Limit[]; stocks: Stock[]; before: TakenBefore },
): Promise<MetRule[]> {
  const rules: MetRule[] = []
  for (const limit of limits) {
    const earlier = before.get(limit.scope) ?? 0
    const { taken, full } = await roomOf(db, merchantId, { ...limit, take: limit.take + earlier })
    const held = limit.level === 'member' ? (await placesOf(db, merchantId, [limit.scope])).length : taken
    rules.push(ruleOf(limit, held + earlier, full, stocks))
  }
  return rules
}

function ruleOf({ name, limit, stockRef, reason, take }: Limit, held: number, full: boolean, stocks: Stock[]): MetRule {
  const stock = stocks.find(({ id }) => id === stockRef)
  const words = `${stock ? `批次 ${stock.stock_id} ` : ''}${given[name]} ${grouped(held)}/${grouped(limit)}${take > 1 ? `，这次要 ${take} 张` : ''}`
  return full ? not(names[name], reason, words) : ok(names[name], words)
}
