import type { Call, CallFilter, NumberRecord } from './calls.ts'
import type { Fault, FaultSpec } from './faults.ts'
import { landingQuery, takeCard } from './official/cards.ts'
import type { HeldCard } from './wallet/held-card.ts'
import { takeProductCard } from './wallet/take-product-card.ts'
import type { UserCard } from './official/user-card.ts'
import { moveForward, type SandboxTime, timeOf } from './clock.ts'
import { createCertificate } from './certificate.ts'
import { accountOf, merchantOf } from './merchant-file.ts'
import type { Coupon } from './pay/coupon.ts'
import { couponNow } from './pay/coupon-window.ts'
import type { Order, OrderRefund } from './pay/order.ts'
import { placeOrder, refundOrder, type OrderSpec } from './pay/place-order.ts'
import { push, type PushSpec } from './push/push.ts'
import { verificationUrl } from './push/message-push.ts'
import type { PushReport } from './push/post.ts'
import { renewPlatformCertificate } from './platform/keys.ts'
import { platformActs, type PlatformActName, type PlatformActs } from './platform/platform-acts.ts'
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
  /** The exact number of calls of an endpoint, however many are kept. */
  countCalls(endpoint: string): number
  /** Everything known of an out_request_no; of any sender unless one is named. */
  number(outRequestNo: string, mchid?: string): NumberRecord | undefined
  numbers(): NumberRecord[]
  coupons(openid?: string): Coupon[]
  stock(stockId: string): WorldStock & { distributed_coupons: number; used_coupons: number }
  addStock(stock: Partial<WorldStock> & { stock_id: string }): WorldStock
  changeStock(stockId: string, change: Partial<WorldStock>): WorldStock
  addMember(member: { id: string; nickname?: string } & Partial<WorldMember>): WorldMember
  changeMember(id: string, change: Partial<WorldMember>): WorldMember
  orders(): Order[]
  /** Places an order at WeChat Pay; it is paid unless `order` says otherwise. */
  addOrder(order: OrderSpec): Order
  /** Refunds all or a part of an order, in fen; pushes nothing. */
  refund(transactionId: string, options?: { refund?: number; status?: OrderRefund['status'] }): OrderRefund
  /** A member takes the merchant's card. `landingUrl` is where WeChat would send the browser next. */
  takeCard(openid: string, options?: CardOptions): UserCard & { landingUrl: string }
  /** A member takes a card of one of WeChat Pay's products; pushes nothing. */
  takeProductCard(cardId: string, openid: string, options?: Parameters<typeof takeProductCard>[3]): HeldCard
  changeCard(code: string, change: Partial<UserCard>): UserCard
  push(spec: PushSpec): Promise<PushReport>
  /** What somebody does in one of WeChat's platforms; throws `PlatformRefusal` with what the platform would say. */
  act<Name extends PlatformActName>(
    name: Name,
    input: Parameters<PlatformActs[Name]>[1],
  ): ReturnType<PlatformActs[Name]>
  /** Whether the merchant's message push address answers WeChat's first call correctly. */
  verifyMessagePush(slug?: string): Promise<boolean>
  /** A new API certificate for a merchant number, valid beside the old ones. */
  addCertificate(mchid: string): void
  /** A new platform certificate: from now on it signs all answers except those that ask for an older one. */
  rotatePlatformCertificate(): void
  time(): SandboxTime
  /** Moves the day forward by whole days; throws beyond a year. */
  moveForward(days: number): SandboxTime
  /** Ends every server token: later calls with it get 40001 or 42001. */
  endTokens(verdict: 'invalid' | 'expired'): void
}

export type CardOptions = { slug?: string } & Parameters<typeof takeCard>[3]

export function openControl(state: SandboxState): SandboxControl {
  return {
    state,
    settings: state.settings,
    ...faultsAndRecords(state),
    ...stocksAndMembers(state),
    ...ordersAndCards(state),
    ...keysAndTokens(state),
    push: (spec) => push(state, spec),
    time: () => timeOf(state),
    moveForward: (days) => moveForward(state, days),
    act(name, input) {
      const result = (platformActs[name] as (state: SandboxState, input: unknown) => never)(state, input)
      state.keep()
      return result
    },
    async verifyMessagePush(slug) {
      const echostr = state.nextId(19)
      const response = await fetch(verificationUrl(state, merchantOf(state.world, slug), echostr))
      return response.ok && (await response.text()) === echostr
    },
  }
}

function faultsAndRecords(state: SandboxState) {
  return {
    setFault: (spec: FaultSpec) => state.faults.set(spec),
    faults: () => state.faults.list(),
    clearFaults: (id?: number) => state.faults.clear(id),
    calls: (filter?: CallFilter) => state.calls.list(filter),
    countCalls: (endpoint: string) => state.calls.count(endpoint),
    number: (outRequestNo: string, mchid?: string) =>
      [...state.numbers.values()].find(
        (each) => each.outRequestNo === outRequestNo && (mchid === undefined || each.mchid === mchid),
      ),
    numbers: () => [...state.numbers.values()],
    coupons(openid?: string) {
      const all = openid === undefined ? [...state.coupons.values()] : (state.couponsByOpenid.get(openid) ?? [])
      const stocks = new Map(state.world.stocks.map((stock) => [stock.stock_id, stock]))
      return all.map((coupon) => {
        const stock = stocks.get(coupon.stockId)
        return stock ? couponNow(state, stock, coupon) : coupon
      })
    },
  }
}

function stocksAndMembers(state: SandboxState) {
  const { stocks, members, merchants } = state.world
  const stockOf = (id: string) =>
    found(
      stocks.find((each) => each.stock_id === id),
      `stock ${id}`,
    )
  const memberOf = (id: string) =>
    found(
      members.find((each) => each.id === id),
      `member ${id}`,
    )
  return {
    stock(stockId: string) {
      const { distributed, used } = stockUse(state, stockId)
      return { ...stockOf(stockId), distributed_coupons: distributed, used_coupons: used }
    },
    addStock(stock: Partial<WorldStock> & { stock_id: string }) {
      const added = { ...stocks[0]!, ...stock }
      stocks.push(added)
      return added
    },
    changeStock: (stockId: string, change: Partial<WorldStock>) => Object.assign(stockOf(stockId), change),
    addMember(member: { id: string } & Partial<WorldMember>) {
      const openid = openidOf(merchants[0]!.officialAccount, member.id)
      const added = { nickname: member.id, openid, ...member }
      members.push(added)
      return added
    },
    changeMember: (id: string, change: Partial<WorldMember>) => Object.assign(memberOf(id), change),
  }
}

function ordersAndCards(state: SandboxState) {
  const orderOf = (id: string) =>
    found(
      state.orders.find((each) => each.transactionId === id),
      `order ${id}`,
    )
  const cardOf = (code: string) =>
    found(
      state.userCards.find((each) => each.code === code),
      `card ${code}`,
    )
  return {
    orders: () => [...state.orders],
    addOrder: (order: OrderSpec) => placeOrder(state, order),
    refund: (transactionId: string, options?: { refund?: number; status?: OrderRefund['status'] }) =>
      refundOrder(state, orderOf(transactionId), options),
    takeCard(openid: string, options: CardOptions = {}) {
      const merchant = merchantOf(state.world, options.slug)
      const card = takeCard(state, merchant, openid, options)
      const landing = `${state.settings.appUrl}/m/${merchant.slug}/card-opened`
      return { ...card, landingUrl: `${landing}?${landingQuery(card)}` }
    },
    takeProductCard: (cardId: string, openid: string, options?: Parameters<typeof takeProductCard>[3]) =>
      takeProductCard(state, cardId, openid, options),
    changeCard: (code: string, change: Partial<UserCard>) => Object.assign(cardOf(code), change),
  }
}

function keysAndTokens(state: SandboxState) {
  const { world, clock, tokens } = state
  return {
    addCertificate(mchid: string) {
      accountOf(world, mchid).certificates.push(createCertificate({ commonName: mchid, from: clock.now() }))
    },
    rotatePlatformCertificate: () => void renewPlatformCertificate(state),
    endTokens: (verdict: 'invalid' | 'expired') => tokens.end(verdict),
  }
}

function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new Error(`the sandbox has no ${what}`)
  return thing
}
