import type { Call, CallFilter, NumberRecord } from './calls.ts'
import type { Fault, FaultSpec } from './faults.ts'
import type { Coupon } from './pay/coupon.ts'
import { stockUse } from './pay/send-coupon.ts'
import type { SandboxSettings, SandboxState } from './state.ts'
import { openidOf, type WorldMember, type WorldStock } from './world.ts'

/** What a test, a page or another process may do to the sandbox and read from it. */
export type SandboxControl = {
  state: SandboxState
  settings: SandboxSettings
  setFault(spec: FaultSpec): Fault
  faults(): Fault[]
  /** One fault by its id, or all. */
  clearFaults(id?: number): void
  calls(filter?: CallFilter): Call[]
  /** Exact number of calls of an endpoint, however many are kept. */
  countCalls(endpoint: string): number
  /** Everything known of an out_request_no; of any sender unless named. */
  number(outRequestNo: string, mchid?: string): NumberRecord | undefined
  numbers(): NumberRecord[]
  coupons(openid?: string): Coupon[]
  stock(stockId: string): WorldStock & { distributed_coupons: number }
  addStock(stock: Partial<WorldStock> & { stock_id: string }): WorldStock
  changeStock(stockId: string, change: Partial<WorldStock>): WorldStock
  addMember(member: { id: string; nickname?: string } & Partial<WorldMember>): WorldMember
  changeMember(id: string, change: Partial<WorldMember>): WorldMember
  /** Ends every server token: as 40001 or as 42001. */
  endTokens(verdict: 'invalid' | 'expired'): void
}

export function openControl(state: SandboxState): SandboxControl {
  const { world } = state
  const stockOf = (stockId: string) =>
    found(
      world.stocks.find((each) => each.stock_id === stockId),
      `stock ${stockId}`,
    )
  return {
    state,
    settings: state.settings,
    setFault: (spec) => state.faults.set(spec),
    faults: () => state.faults.list(),
    clearFaults: (id) => state.faults.clear(id),
    calls: (filter) => state.calls.list(filter),
    countCalls: (endpoint) => state.calls.count(endpoint),
    number: (outRequestNo, mchid) =>
      [...state.numbers.values()].find(
        (each) => each.outRequestNo === outRequestNo && (mchid === undefined || each.mchid === mchid),
      ),
    numbers: () => [...state.numbers.values()],
    coupons: (openid) =>
      openid === undefined ? [...state.coupons.values()] : [...(state.couponsByOpenid.get(openid) ?? [])],
    stock: (stockId) => ({ ...stockOf(stockId), distributed_coupons: stockUse(state, stockId).distributed }),
    addStock(stock) {
      const added = { ...world.stocks[0]!, ...stock }
      world.stocks.push(added)
      return added
    },
    changeStock: (stockId, change) => Object.assign(stockOf(stockId), change),
    addMember(member) {
      const openid = openidOf(world.merchants[0]!.officialAccount, member.id)
      const added = { nickname: member.id, openid, ...member }
      world.members.push(added)
      return added
    },
    changeMember: (id, change) =>
      Object.assign(
        found(
          world.members.find((each) => each.id === id),
          `member ${id}`,
        ),
        change,
      ),
    endTokens: (verdict) => state.tokens.end(verdict),
  }
}

function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new Error(`the sandbox has no ${what}`)
  return thing
}
