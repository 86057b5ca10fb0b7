import { activeHalt } from '../../delivery/halts.ts'
import type { Offer } from '../../grants/offer.ts'
import { isUsedUp, leftToPromise } from '../../grants/stock-left.ts'
import { outcomeNamed } from '../../ledger/outcomes/outcomes.ts'
import { senderFor } from '../../ledger/sender-choice.ts'
import { memberMark } from '../../members/member-mark.ts'
import { beijingTime } from '../../plumbing/clock.ts'
import type { MemberReason } from '../../refusal.ts'
import type { Services } from '../../services.ts'
import { anyClosed } from '../../stocks/stock-state.ts'
import type { Claim } from '../asked-claim.ts'
import { givenBefore } from '../given-before.ts'
import { whyClosed } from '../why-closed.ts'
import { type MetRule, not, ok, unknown } from './rule.ts'

type Asking = Pick<Claim, 'merchant' | 'campaign' | 'openid'>

/**
 * What WeChat last told of the stocks, and how many coupons are left beside those that the same trial has given. A tap
 * gets nothing as soon as one stock gives nothing; what a payment or a card earns is owed until then (`isTap` false), so
 * there it decides nothing.
 */
export async function stockRules(
  services: Services,
  asking: Asking,
  offer: Offer,
  { isTap, before }: { isTap: boolean; before: ReadonlyMap<number, number> },
): Promise<MetRule[]> {
  const wanted = offer.map(({ stock, count }) => ({ stock, count: count + (before.get(stock.id) ?? 0) }))
  const reason = await reasonOf(services, asking, offer, wanted)
  const rules: MetRule[] = []
  for (const one of offer) {
    const fault = await faultOf(services, asking, one, before.get(one.stock.id) ?? 0)
    const words = `批次 ${one.stock.stock_id} ${fault ?? '在发放中'}`
    if (!fault) rules.push(ok('批次', words), ...(await haltRules(services, asking, one)))
    else if (isTap) rules.push(not('批次', reason ?? 'sold_out', words))
    else rules.push(unknown('批次', `${words}；达到条件的券会先记下，能发时自动发放`))
  }
  return rules
}

/** As a claim answers: a member who was given something before hears that and not why there is no more. */
async function reasonOf(
  services: Services,
  asking: Asking,
  offer: Offer,
  wanted: Offer,
): Promise<MemberReason | undefined> {
  const closed =
    (await whyClosed(services, asking, offer)) ?? ((await isUsedUp(services, wanted)) ? 'sold_out' : undefined)
  return closed && (await givenBefore(services.db, asking)) ? 'already_claimed' : closed
}

async function faultOf(
  services: Services,
  asking: Asking,
  one: Offer[number],
  earlier: number,
): Promise<string | undefined> {
  if (await whyClosed(services, asking, [one])) return closedWords(services, asking, one)
  const { stock, count } = one
  if (!(await isUsedUp(services, [{ stock, count: count + earlier }]))) return undefined
  return `还能发 ${Math.max(0, (await leftToPromise(services, stock)) - earlier)} 张，这次要 ${count} 张`
}

async function closedWords(services: Services, asking: Asking, one: Offer[number]): Promise<string> {
  const { status, available_begin, available_end } = one.stock
  const now = services.clock.now()
  if (!anyClosed([one], now)) return `暂停发券：${(await haltOf(services, asking, one))!.cause}`
  if (status === 'stoped') return '已永久停止'
  if (now >= available_end) return `已于 ${beijingTime(available_end)} 到期`
  if (status === 'paused') return '在微信已暂停发放'
  return now < available_begin ? `从 ${beijingTime(available_begin)} 才可发放` : `还没有激活（${status}）`
}

/** A halt keeps nobody from their coupon: it is owed until sending goes on. */
async function haltRules(services: Services, asking: Asking, one: Offer[number]): Promise<MetRule[]> {
  const halt = await haltOf(services, asking, one)
  return halt ? [unknown('发券', `商户号 ${halt.mchid} 暂停发券：${halt.cause}，券会先记下，恢复后自动发放`)] : []
}

async function haltOf(services: Services, { merchant, campaign, openid }: Asking, { stock }: Offer[number]) {
  const mark = memberMark(merchant, openid)
  const { id, mchid } = await senderFor(services.db, merchant, campaign, { stockRef: stock.id, mark })
  const halt = await activeHalt(services, id, stock.id)
  return halt && { mchid, cause: outcomeNamed(halt.cause).operator.cause }
}
