import { hasAccepted, isOpen } from '../open-products.ts'
import type { SandboxState } from '../state.ts'
import { providerAt } from './look-up.ts'
import { sceneNames, type StockSpec } from './stock-spec.ts'

const dayMs = 86_400_000
/** docs/wechat/pay-v3.md 2.1 */
const limits = { windowDays: 90, aheadDays: 365, perMember: 60, senders: 10, tags: 50, total: 10_000_000 }

/** What is wrong with a stock that is filled in by hand, one Chinese sentence per fault. */
export function stockFaults(state: SandboxState, spec: StockSpec): string[] {
  return [...nameFaults(spec), ...moneyFaults(spec), ...timeFaults(state, spec), ...useFaults(spec)].concat(
    permissionFaults(state, spec),
  )
}

function nameFaults({ name }: StockSpec): string[] {
  // Nine Chinese characters or twenty letters: a Chinese character takes a little more than two.
  const width = Array.from(name).reduce((sum, letter) => sum + (letter.charCodeAt(0) < 128 ? 1 : 20 / 9), 0)
  if (name === '') return ['请填写批次名称']
  if (width > 20.01) return ['批次名称最多 9 个汉字或 20 个字母']
  return /[_,;|]/.test(name) ? ['批次名称不能有 _ , ; |'] : []
}

function moneyFaults({ amount, threshold, total, per_member, budget_by_day }: StockSpec): string[] {
  const isBetween = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most
  const budget = amount * total
  return sentences([
    [isBetween(amount, 100, 100_000), '面额要在 1 元到 1000 元之间'],
    [isBetween(threshold, amount + 1, Number.MAX_SAFE_INTEGER), '使用门槛要大于面额'],
    [isBetween(total, 5, limits.total), '发放总量要在 5 到 1000 万张之间'],
    [isBetween(per_member, 1, Math.min(limits.perMember, total)), '每人限领要在 1 到 60 张之间，且不超过总量'],
    [budget_by_day === undefined || isBetween(budget_by_day, amount, budget), '单天预算要在一张面额和总预算之间'],
  ])
}

function timeFaults(state: SandboxState, spec: StockSpec): string[] {
  const now = state.clock.now().getTime()
  const [begin, end] = [Date.parse(spec.begins_at), Date.parse(spec.ends_at)]
  if (Number.isNaN(begin) || Number.isNaN(end)) return ['请填写可用时间']
  const hasHours = (spec.week_days?.length ?? 0) > 0 || spec.day_begins !== undefined || spec.day_ends !== undefined
  const isClock = (text: string | undefined) => text === undefined || /^([01]\d|2[0-3]):[0-5]\d$/.test(text)
  const days = spec.days_after_receipt
  return sentences([
    [end > begin, '可用时间的结束要晚于开始'],
    [end > now, '可用时间已经过去'],
    [end - begin <= limits.windowDays * dayMs, `可用时间最长 ${limits.windowDays} 天`],
    [begin - now <= limits.aheadDays * dayMs, '可用时间要在一年之内开始'],
    [isClock(spec.day_begins) && isClock(spec.day_ends), '可用时段写成 09:00 这样'],
    [(spec.day_begins ?? '00:00') < (spec.day_ends ?? '23:59'), '可用时段的结束要晚于开始'],
    [(spec.week_days ?? []).every((day) => [0, 1, 2, 3, 4, 5, 6].includes(day)), '星期要在 0 到 6 之间'],
    [days === undefined || (Number.isInteger(days) && days >= 1 && days <= limits.windowDays), '领取后有效天数不对'],
    [days === undefined || !hasHours, '固定时段和领取后有效天数只能选一种'],
  ])
}

function useFaults({ goods_tag = [], scenes = [], notes = '', mini_program }: StockSpec): string[] {
  const hasWholeJump = !mini_program || (/^wx\w{16}$/.test(mini_program.appid) && mini_program.path !== '')
  return sentences([
    [goods_tag.length <= limits.tags, `订单优惠标记最多 ${limits.tags} 个`],
    [goods_tag.every((tag) => /^\w{1,128}$/.test(tag)), '订单优惠标记只能用字母、数字和下划线'],
    [scenes.every((scene) => Object.hasOwn(sceneNames, scene)), '没有这种支付场景'],
    [notes.length <= 1000, '使用说明最多 1000 字'],
    [hasWholeJump, '跳转小程序要同时填 AppID 和路径'],
  ])
}

function permissionFaults(state: SandboxState, { creator, no_cash, senders = [] }: StockSpec): string[] {
  const provider = providerAt(state, creator)
  const isKnown = (mchid: string) => state.world.accounts.some((account) => account.mchid === mchid)
  return sentences([
    [no_cash || isOpen(provider, 'prefunded'), '服务商号还没有开通预充值代金券'],
    [!no_cash || isOpen(provider, 'no_prefund'), '服务商号还没有开通免充值代金券'],
    [senders.length === 0 || isOpen(provider, 'cross_merchant'), '服务商号没有跨商户号发券权限，不能设置可发券商户'],
    [senders.length <= limits.senders, `可发券商户除制券商户外最多 ${limits.senders} 个`],
    [senders.every(isKnown), '可发券商户里有不存在的商户号'],
    [!no_cash || senders.every((mchid) => hasAccepted(state.world, creator, mchid)), noPrefundRefused],
  ])
}

const noPrefundRefused = '可用商户不符合规则：商户还没有接受免充值代金券的邀请'

function sentences(rules: [isKept: boolean, sentence: string][]): string[] {
  return rules.filter(([isKept]) => !isKept).map(([, sentence]) => sentence)
}
