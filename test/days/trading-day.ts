import { randomUUID } from 'node:crypto'
import { giveCoupon } from '../../sandbox/pay/coupon.ts'
import type { Order } from '../../sandbox/pay/order.ts'
import { stockUse } from '../../sandbox/pay/send-coupon.ts'
import { claim } from '../../src/claims/claim.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import type { FileKind } from '../../src/plumbing/storage/schema.ts'
import { wholeDay } from '../../src/plumbing/whole-day.ts'
import { syncStock } from '../../src/stocks/sync.ts'
import { stillClock } from '../support/clock.ts'
import { openShop } from '../support/shop.ts'

const direct = '1601400973'
const minuteMs = 60_000

/** How often each thing happens on a day. What was lost is lost seconds before midnight, and found after it. */
export type Happened = { sent: number; lost: number; foreign: number; byHand: number; used: number; again: number }

export const nothing: Happened = { sent: 0, lost: 0, foreign: 0, byHand: 0, used: 0, again: 0 }

/** A shop in the sandbox whose days a test fills: what happens at WeChat, what we hear of it, and the files of the day. */
export type TradingDay = Awaited<ReturnType<typeof openTradingDay>>

export async function openTradingDay(keyMode: 'certificate' | 'public_key' = 'public_key') {
  const clock = stillClock(new Date('2026-11-09T16:02:00Z'))
  const shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode } })
  const { services, sandbox, merchant, stock } = shop
  const { db } = services
  const { state } = sandbox.control
  const campaign = await shop.campaign({ limits: {} })

  const goTo = (beijing: string) => clock.advance(Date.parse(`${beijing}+08:00`) - clock.now().getTime())
  const sync = async () => {
    for (const one of await db.selectFrom('stocks').selectAll().execute()) await syncStock(services, merchant, one)
  }
  const drain = () => openDeliveryLoop(services).drain()
  const someone = () => shop.member(randomUUID())

  async function send(openid = someone()): Promise<string> {
    await claim(services, { merchant, campaign, openid, claimKey: randomUUID() })
    await drain()
    return openid
  }

  /** WeChat gives the coupon, and the connection ends before its answer. */
  async function loseAnswer(): Promise<void> {
    const fault = sandbox.control.setFault({ endpoint: 'send', fault: 'reset_after_commit' })
    await send()
    sandbox.control.clearFaults(fault.id)
  }

  /** Another system sends a coupon of the stock. */
  function foreign(openid = someone()) {
    stockUse(state, stock.stock_id).distributed++
    const appid = merchant.officialAccount.appid
    giveCoupon(state, { stockId: stock.stock_id, openid, appid, mchid: '1900000001', outRequestNo: randomUUID() })
    return openid
  }

  async function pay(openid: string, told = true): Promise<Order> {
    const goodsTag = stock.goods_tags[0]
    const order = sandbox.control.addOrder({
      openid,
      total: 20_000,
      useCoupon: true,
      mchid: direct,
      ...(goodsTag && { goodsTag }),
    })
    if (told) await hear(order)
    return order
  }

  async function hear(order: Order): Promise<void> {
    await sandbox.control.push({ kind: 'payment', transactionId: order.transactionId })
    await openInboxLoop(services).drain()
  }

  /** The order is given back, its coupon is usable again, and the member uses it once more. */
  async function useAgain(order: Order): Promise<void> {
    clock.advance(minuteMs)
    sandbox.control.refund(order.transactionId)
    await sandbox.control.push({ kind: 'refund', transactionId: order.transactionId })
    await openInboxLoop(services).drain()
    clock.advance(minuteMs)
    for (const { coupon_id } of order.promotions) state.coupons.get(coupon_id)!.status = 'SENDED'
    await pay(order.openid)
  }

  /** The files of a day as the file job would have read them, made of what the sandbox knows. */
  async function readFiles(day: string, except: FileKind[] = []): Promise<void> {
    const { start, end } = wholeDay(day)
    const isIn = (at: string | undefined) => at !== undefined && new Date(at) >= start && new Date(at) < end
    const paid = state.orders.filter((order) => isIn(order.paidAt))
    const refunds = state.orders.flatMap((order) => order.refunds.filter(({ at }) => isIn(at)))
    const returned = state.orders.filter((order) => order.refunds.some(({ at }) => isIn(at)))
    const bill = {
      rows: paid.length + refunds.length,
      payments: paid.length,
      payments_fen: sum(paid.map((one) => one.total)),
      refunds: refunds.length,
      refunds_fen: sum(refunds.map((one) => one.refund)),
    }
    await file({ kind: 'trade_bill', mchid: direct, stockId: null, day, share: bill })
    await file({ kind: 'trade_bill', mchid: stock.creator_mchid, stockId: null, day })
    for (const { stock_id } of await db.selectFrom('stocks').select('stock_id').execute()) {
      for (const [kind, orders] of [
        ['use_flow', paid],
        ['refund_flow', returned],
      ] as const) {
        const uses = orders.flatMap((order) => order.promotions).filter((one) => one.stock_id === stock_id)
        const share = {
          rows: uses.length,
          redemptions: uses.length,
          redemptions_fen: sum(uses.map((one) => one.amount)),
        }
        await file({ kind, mchid: stock.creator_mchid, stockId: stock_id, day, share })
      }
    }

    type Read = { kind: FileKind; mchid: string; stockId: string | null; day: string; share?: Record<string, number> }
    async function file({ kind, mchid, stockId, share, ...about }: Read): Promise<void> {
      const now = clock.now()
      const at = { due_at: now, asked_at: now, request_id: 'R-1' }
      const kept = {
        state: 'kept' as const,
        sha1: 'a'.repeat(40),
        bytes: 1,
        rows: share?.rows ?? 0,
        kept_at: now,
        imported_at: now,
      }
      const none = { state: 'none' as const, reason: 'empty_day' }
      const row = { mchid, kind, stock_id: stockId, ...about, ...at, ...(share ? kept : none) }
      if (except.includes(kind))
        Object.assign(row, { state: 'not_ready', reason: '账单生成中', kept_at: null, imported_at: null })
      await db
        .deleteFrom('wechat_files')
        .where('day', '=', day)
        .where('kind', '=', kind)
        .where('mchid', '=', mchid)
        .where('stock_id', 'is not distinct from', stockId)
        .execute()
      const { id } = await db.insertInto('wechat_files').values(row).returning('id').executeTakeFirstOrThrow()
      if (share)
        await db
          .insertInto('wechat_file_shares')
          .values({ file_id: id, merchant_id: merchant.id, ...share })
          .execute()
    }
  }

  /** Lives a day from midnight to two minutes past the midnight after the next day. */
  async function live({ sent, lost, foreign: others, byHand, used, again }: Happened, date = '2026-11-10') {
    const at = (days: number, time: string) => goTo(`${dateAfter(date, days)}T${time}`)
    at(0, '00:01:00')
    await sync()
    at(0, '12:00:00')
    for (let n = 0; n < sent; n += 1) await send()
    for (let n = 0; n < used; n += 1) await pay(await send())
    for (let n = 0; n < again; n += 1) await useAgain(await pay(await send()))
    for (let n = 0; n < others; n += 1) await pay(foreign())
    for (let n = 0; n < byHand; n += 1) foreign()
    at(0, '23:59:58')
    for (let n = 0; n < lost; n += 1) await loseAnswer()
    at(1, '00:01:00')
    await sync()
    for (let n = 0; n < 3; n += 1) {
      clock.advance(minuteMs)
      await drain()
    }
    at(2, '00:01:00')
    await sync()
  }

  return { shop, live, clock, goTo, sync, drain, send, loseAnswer, foreign, pay, hear, useAgain, readFiles, someone }
}

/** `2026-11-10` and so many days. */
export function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

function sum(numbers: number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
