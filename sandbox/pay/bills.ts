import { wechatTime } from '../wechat-time.ts'
import { billText, flowText, type Entry, type Use } from './bill-text.ts'
import type { SandboxState } from '../state.ts'
import type { WorldStock } from '../world.ts'
import type { Order } from './order.ts'
import { ok, refuse, type PayCall, type PayHandler, type PayResult } from './pay-call.ts'
import { lastRefund } from './place-order.ts'
import { refusals } from './refusals.ts'
import { serveFile } from './served-files.ts'

/** GET /v3/bill/tradebill: what this number placed on a day; for a provider, of all its sub-merchants or of one. */
export const tradeBill: PayHandler = {
  handle(call) {
    const { state, account, request } = call
    const date = request.query.get('bill_date') ?? ''
    const subMchid = request.query.get('sub_mchid')
    const unready = notReady(call, date)
    if (unready) return unready
    const entries = state.orders
      .filter(({ mchid }) => mchid === account.mchid)
      .filter((order) => subMchid === null || order.subMchid === subMchid)
      .flatMap((order) => entriesOf(order, date))
    if (entries.length === 0) return refuse(refusals.no_statement)
    const packed = request.query.get('tar_type') === 'GZIP'
    const served = serveFile(state, account.mchid, billText(entries), {
      path: '/v3/billdownload/file',
      parameter: 'token',
      packed,
    })
    return ok({ hash_type: 'SHA1', hash_value: served.sha1, download_url: served.url })
  },
}

/** What a number placed on a day, as a person downloads it; undefined where it is nothing. */
export function billOfDay(orders: Order[], mchid: string, day: string): string | undefined {
  const entries = orders.filter((order) => order.mchid === mchid).flatMap((order) => entriesOf(order, day))
  return entries.length === 0 ? undefined : billText(entries)
}

const isPaid = ({ state }: Order) => state === 'SUCCESS' || state === 'REFUND'

function entriesOf(order: Order, date: string): Entry[] {
  const payment = isPaid(order) && dayOf(order.paidAt!) === date ? [{ order }] : []
  return [...payment, ...order.refunds.filter(({ at }) => dayOf(at) === date).map((refund) => ({ order, refund }))]
}

/** GET …/use-flow-by-day: the uses of a stock's coupons, for its creator only. */
export const useFlowOfDay: PayHandler = { handle: (call) => flowOfDay(call, uses) }

/** GET …/refund-flow-by-day: uses that a full refund has undone. */
export const refundFlowOfDay: PayHandler = { handle: (call) => flowOfDay(call, refunds) }

/** GET …/use-flow: all uses, once the activity has ended. */
export const wholeUseFlow: PayHandler = { handle: (call) => wholeFlow(call, uses) }

/** GET …/refund-flow */
export const wholeRefundFlow: PayHandler = { handle: (call) => wholeFlow(call, refunds) }

type Flow = {
  word: '支付' | '退款'
  name: 'useflow' | 'refundflow'
  none: (typeof refusals)['no_use_that_day']
  usesOf(order: Order, isIn: (at: string) => boolean): Use[]
}

const uses: Flow = {
  word: '支付',
  name: 'useflow',
  none: refusals.no_use_that_day,
  usesOf: (order, isIn) => (isPaid(order) && isIn(order.paidAt!) ? usesAt(order, order.paidAt!) : []),
}

const refunds: Flow = {
  word: '退款',
  name: 'refundflow',
  none: refusals.no_refund_that_day,
  usesOf(order, isIn) {
    const last = lastRefund(order)
    return last && isIn(last.at) ? usesAt(order, last.at) : []
  },
}

function flowOfDay(call: PayCall, flow: Flow): PayResult {
  const date = call.request.query.get('bill_date') ?? ''
  return withStock(call, ({ stock_id }) => {
    const unready = notReady(call, date)
    if (unready) return unready
    const found = usesOfStock(call.state, stock_id, flow, (at) => dayOf(at) === date)
    if (found.length === 0) return refuse(flow.none)
    const { url, sha1 } = serveFlow(call, flow, found, '/mkt/storage/bill/download', 'bill_params')
    const { name } = flow
    // Older pages say that these answers have no signature.
    return { ok: { url, [`stock_${name}_hash`]: sha1, [`stock_${name}_count`]: String(found.length) }, unsigned: true }
  })
}

function wholeFlow(call: PayCall, flow: Flow): PayResult {
  return withStock(call, ({ stock_id, available_end_time }) => {
    const found = usesOfStock(call.state, stock_id, flow, () => true)
    if (found.length === 0 || notReady(call, dayOf(available_end_time))) return refuse(refusals.flow_missing)
    const { url, sha1 } = serveFlow(call, flow, found, '/v3/billdownload/file', 'token')
    return { ok: { url, hash_type: 'SHA1', hash_value: sha1 }, unsigned: true }
  })
}

function serveFlow({ state, account }: PayCall, { word }: Flow, found: Use[], path: string, parameter: string) {
  return serveFile(state, account.mchid, flowText(found, word), { path, parameter, packed: false })
}

function usesOfStock({ orders }: SandboxState, stockId: string, flow: Flow, isIn: (at: string) => boolean): Use[] {
  return orders.flatMap((order) => flow.usesOf(order, isIn)).filter(({ promotion }) => promotion.stock_id === stockId)
}

/** For the stock's creator, as often as one address may ask. */
function withStock({ state, account, params }: PayCall, then: (stock: WorldStock) => PayResult): PayResult {
  if (!hasTurn(state)) return refuse(refusals.frequency_limit_exceed)
  const stock = state.world.stocks.find(({ stock_id }) => stock_id === params.stockId)
  if (!stock) return refuse(refusals.stock_not_found)
  return stock.stock_creator_mchid === account.mchid ? then(stock) : refuse(refusals.no_permission)
}

/** A refused call counts as none. */
function hasTurn(state: SandboxState): boolean {
  const now = state.clock.now().getTime()
  state.flowAsks = state.flowAsks.filter((at) => at > now - 60_000)
  if (state.flowAsks.length >= state.settings.flowsPerMinute) return false
  state.flowAsks.push(now)
  return true
}

function usesAt(order: Order, at: string): Use[] {
  return order.promotions.map((promotion) => ({ order, promotion, at }))
}

const dayMs = 86_400_000
const readyHour = 10

/** A day's files are made on the next day until 10:00, and are there for three months. */
function notReady({ state }: PayCall, date: string): PayResult | undefined {
  const now = state.clock.now()
  const begins = new Date(`${date}T00:00:00+08:00`).getTime()
  if (Number.isNaN(begins) || begins + dayMs > now.getTime() || now.getTime() - begins > 93 * dayMs)
    return refuse(refusals.bill_date_wrong)
  return now.getTime() < begins + dayMs + readyHour * 3_600_000 ? refuse(refusals.statement_creating) : undefined
}

function dayOf(at: string): string {
  return wechatTime(at).slice(0, 10)
}
