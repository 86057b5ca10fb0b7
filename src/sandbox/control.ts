import type { Call, CallFilter, NumberRecord } from './calls.ts'
import type { Fault, FaultSpec } from './faults.ts'
import { landingQuery, takeCard } from './official/cards.ts'
import type { UserCard } from './official/user-card.ts'
import { createCertificate } from './certificate.ts'
import { accountOf, merchantOf } from './merchant-file.ts'
import type { Coupon } from './pay/coupon.ts'
import type { Order, OrderRefund } from './pay/order.ts'
import { placeOrder, refundOrder, type OrderSpec } from './pay/place-order.ts'
import { push, type PushSpec } from './push/push.ts'
import { verificationUrl } from './push/message-push.ts'
import type { PushReport } from './push/post.ts'
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
  orders(): Order[]
  /** Places an order at WeChat Pay, paid unless told otherwise. */
  addOrder(order: OrderSpec): Order
  /** Refunds all of an order or a part, in fen; pushes nothing. */
  refund(transactionId: string, options?: { refund?: number; status?: OrderRefund['status'] }): OrderRefund
  /** A member takes the merchant's card. `landingUrl` is where WeChat would send the browser next. */
  takeCard(openid: string, options?: CardOptions): UserCard & { landingUrl: string }
  changeCard(code: string, change: Partial<UserCard>): UserCard
  push(spec: PushSpec): Promise<PushReport>
  /** Whether the merchant's message push address answers WeChat's first call rightly. */
  verifyMessagePush(slug?: string): Promise<boolean>
  /** A new API certificate for a merchant number, valid beside the old ones. */
  addCertificate(mchid: string): void
  /** A new platform certificate: answers that don't ask for an older one are signed with it from now on. */
  rotatePlatformCertificate(): void
  /** Ends every server token: as 40001 or as 42001. */
  endTokens(verdict: 'invalid' | 'expired'): void
}

export type CardOptions = { slug?: string; outerStr?: string; hasActive?: boolean; cardId?: string }

export function openControl(state: SandboxState): SandboxControl {
  const { world } = state
  const stockOf = (stockId: string) =>
    found(
      world.stocks.find((each) => each.stock_id === stockId),
      `stock ${stockId}`,
    )
  const orderOf = (id: string) =>
    found(
      state.orders.find((each) => each.transactionId === id),
      `order ${id}`,
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
    orders: () => [...state.orders],
    addOrder: (order) => placeOrder(state, order),
    refund: (transactionId, options) => refundOrder(state, orderOf(transactionId), options),
    takeCard(openid, options = {}) {
      const merchant = merchantOf(world, options.slug)
      const card = takeCard(state, merchant, openid, options)
      const landing = `${state.settings.appUrl}/m/${merchant.slug}/card-opened`
      return { ...card, landingUrl: `${landing}?${landingQuery(card)}` }
    },
    changeCard: (code, change) =>
      Object.assign(
        found(
          state.userCards.find((each) => each.code === code),
          'such card',
        ),
        change,
      ),
    push: (spec) => push(state, spec),
    async verifyMessagePush(slug) {
      const echostr = state.nextId(19)
      const response = await fetch(verificationUrl(state, merchantOf(world, slug), echostr))
      return response.ok && (await response.text()) === echostr
    },
    addCertificate(mchid) {
      accountOf(world, mchid).certificates.push(createCertificate({ commonName: mchid, from: state.clock.now() }))
    },
    rotatePlatformCertificate() {
      world.platform.certificates.push(createCertificate({ commonName: 'Tenpay.com sandbox', from: state.clock.now() }))
    },
    endTokens: (verdict) => state.tokens.end(verdict),
  }
}

function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new Error(`the sandbox has no ${what}`)
  return thing
}
