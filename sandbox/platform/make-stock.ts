import { isOpen } from '../open-products.ts'
import type { SandboxState } from '../state.ts'
import type { WorldStock } from '../world.ts'
import { providerAt } from './look-up.ts'
import { PlatformRefusal } from './platform-refusal.ts'
import { stockFaults } from './stock-faults.ts'
import type { StockSpec } from './stock-spec.ts'

/** 创建全场券: a new stock in 未激活, with its senders (docs/wechat/pay-v3.md 2.1). */
export function makeStock(state: SandboxState, spec: StockSpec): WorldStock {
  const faults = stockFaults(state, spec)
  if (faults.length > 0) throw new PlatformRefusal(...faults)
  const stock: WorldStock = {
    stock_id: freeStockId(state),
    stock_creator_mchid: spec.creator,
    stock_name: spec.name,
    description: spec.notes || `满 ${spec.threshold / 100} 元自动抵扣 ${spec.amount / 100} 元。`,
    status: 'unactivated',
    stock_type: 'NORMAL',
    no_cash: spec.no_cash,
    create_time: state.clock.now().toISOString(),
    available_begin_time: new Date(spec.begins_at).toISOString(),
    available_end_time: new Date(spec.ends_at).toISOString(),
    coupon_amount: spec.amount,
    transaction_minimum: spec.threshold,
    max_coupons: spec.total,
    max_coupons_per_user: spec.per_member,
    ...(spec.budget_by_day !== undefined && { max_amount_by_day: spec.budget_by_day }),
    goods_tag: spec.goods_tag ?? [],
    senders: sendersOf(state, spec),
    natural_person_limit: spec.natural_person_limit ?? false,
    prevent_api_abuse: spec.prevent_api_abuse ?? false,
    ...useRules(spec),
  }
  state.world.stocks.push(stock)
  return stock
}

/** Without the permission the form has no 可发券商户: the stock is then made without 跨商户发券. */
function sendersOf(state: SandboxState, { creator, senders = [] }: StockSpec): string[] | null {
  if (!isOpen(providerAt(state, creator), 'cross_merchant')) return null
  return [...new Set(senders)].filter((mchid) => mchid !== creator)
}

function useRules(spec: StockSpec): Partial<WorldStock> {
  const { week_days = [], day_begins, day_ends, mini_program, excluded_goods = [], scenes = [] } = spec
  const hasHours = week_days.length > 0 || day_begins !== undefined || day_ends !== undefined
  return {
    combine_use: spec.combinable ?? true,
    ...(hasHours && {
      fix_available_time: {
        available_week_day: week_days,
        begin_time: secondOf(day_begins ?? '00:00'),
        end_time: secondOf(day_ends ?? '23:59') + 59,
      },
    }),
    ...(spec.days_after_receipt !== undefined && { days_after_receive: spec.days_after_receipt }),
    ...(excluded_goods.length > 0 && { unavailable_items: excluded_goods }),
    ...(mini_program && {
      jump_target: { mini_program_appid: mini_program.appid, mini_program_path: mini_program.path },
    }),
    ...(spec.limit_pay && { limit_pay: [spec.limit_pay] }),
    ...(scenes.length > 0 && { trade_type: scenes }),
  }
}

function secondOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 3600 + minutes * 60
}

function freeStockId({ world }: SandboxState): string {
  const numbers = world.stocks.map(({ stock_id }) => Number(stock_id)).filter(Number.isSafeInteger)
  return String(Math.max(16246119, ...numbers) + 1)
}
