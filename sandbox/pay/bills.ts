import { wechatTime } from '../wechat-time.ts'
import { billText, flowText, type Entry, type Use } from './bill-text.ts'
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
export const useFlowOfDay: PayHandler = {
  handle: (call) =>
    flow(call, {
      word: '支付',
      name: 'useflow',
      none: refusals.no_use_that_day,
      usesOf: (order, date) => (isPaid(order) && dayOf(order.paidAt!) === date ? usesAt(order, order.paidAt!) : []),
    }),
}

/** GET …/refund-flow-by-day: uses that a full refund has undone. */
export const refundFlowOfDay: PayHandler = {
  handle: (call) =>
    flow(call, {
      word: '退款',
      name: 'refundflow',
      none: refusals.no_refund_that_day,
      usesOf(order, date) {
        const last = lastRefund(order)
        return last && dayOf(last.at) === date ? usesAt(order, last.at) : []
      },
    }),
}

type Flow = {
  word: '支付' | '退款'
  name: 'useflow' | 'refundflow'
  none: (typeof refusals)['no_use_that_day']
  usesOf(order: Order, date: string): Use[]
}

function flow(call: PayCall, { word, name, none, usesOf }: Flow): PayResult {
  const { state, account, params, request } = call
  const date = request.query.get('bill_date') ?? ''
  const stock = state.world.stocks.find(({ stock_id }) => stock_id === params.stockId)
  if (!stock) return refuse(refusals.stock_not_found)
  if (stock.stock_creator_mchid !== account.mchid) return refuse(refusals.no_permission)
  const unready = notReady(call, date)
  if (unready) return unready
  const uses = state.orders
    .flatMap((order) => usesOf(order, date))
    .filter(({ promotion }) => promotion.stock_id === stock.stock_id)
  if (uses.length === 0) return refuse(none)
  const where = { path: '/mkt/storage/bill/download', parameter: 'bill_params', packed: false }
  const { url, sha1 } = serveFile(state, account.mchid, flowText(uses, word), where)
  // Older pages say that these answers have no signature.
  return { ok: { url, [`stock_${name}_hash`]: sha1, [`stock_${name}_count`]: String(uses.length) }, unsigned: true }
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
