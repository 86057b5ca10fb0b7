import { beijingDay, dayMs } from '../../src/plumbing/clock.ts'
import { memberOf, openidUnder } from '../browser.ts'
import { type Answer, html, redirect } from '../http.ts'
import { billOfDay } from '../pay/bills.ts'
import { beijingClock, beijingTime, yuan } from './format.ts'
import type { PageAct } from './page-routes.ts'
import { merchantNamed, page } from './phone-acts.ts'
import { renderPage } from './render-page.ts'

/** GET /sandbox/till: a till that scans members' payment codes, with what it took today. */
export const tillPage: PageAct = (control, request, query) => {
  const merchant = merchantNamed(control, query.get('merchant'))
  const [mchid] = merchant.mchids
  const today = beijingDay(control.state.clock.now())
  const taken = control
    .orders()
    .filter((order) => order.tradeType === 'MICROPAY' && order.mchid === mchid && isOf(order.paidAt, today))
  const shown = taken.map((order) => ({
    ...order,
    clock: beijingClock(new Date(order.paidAt!)),
    yuan: yuan(order.total),
  }))
  const member = memberOf(control.state, request)
  const day = `${today.slice(0, 4)}-${today.slice(4, 6)}-${today.slice(6)}`
  const { now, daysAhead } = control.time()
  const isMore = (control.state.world.aheadMs ?? 0) > daysAhead * dayMs
  const time = { now: beijingTime(now).slice(0, 16), daysAhead, isMore }
  return page(control, renderPage('till', { merchant, mchid, member, day, time, taken: shown.toReversed() }))
}

/**
 * POST /sandbox/till: the member shows the payment code and has paid. Nobody sends a message of it: only the bill of the
 * day tells (docs/wechat/bills.md 4).
 */
export const payByCode: PageAct = (control, request, form) => {
  const fen = fenOf(form.get('yuan') ?? '')
  if (fen === undefined) return html('', 400)
  const merchant = merchantNamed(control, form.get('merchant'))
  const { appid } = merchant.officialAccount
  const openid = openidUnder(control.state, memberOf(control.state, request), appid)
  const useCoupon = form.get('use_coupon') === 'on'
  const seller = { appid, mchid: merchant.mchids[0]!, goodsTag: 'MUTEX_STORE' }
  control.addOrder({ ...seller, openid, total: fen, tradeType: 'MICROPAY', useCoupon })
  return redirect(`/sandbox/till?merchant=${encodeURIComponent(merchant.slug)}`, 303)
}

/**
 * GET /sandbox/till/bill?day=: the bill of a day as a person downloads it in the platform; here also before the day is
 * over, which WeChat does not do.
 */
export const billByHand: PageAct = (control, _request, query) => {
  const day = query.get('day') ?? ''
  const [mchid] = merchantNamed(control, query.get('merchant')).mchids
  const bill = billOfDay(control.state.orders, mchid!, day)
  return bill === undefined ? html('这一天没有账单', 404) : download(bill, `${mchid}-${day}.csv`)
}

function download(text: string, name: string): Answer {
  const headers = {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'no-store',
  }
  return { status: 200, headers, body: text }
}

/** Yuan with up to two decimals, between 0.01 and 100,000, as fen. */
function fenOf(text: string): number | undefined {
  const [, whole, cents = ''] = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(text) ?? []
  const fen = Number(whole ?? 0) * 100 + Number(cents.padEnd(2, '0'))
  return fen >= 1 && fen <= 10_000_000 ? fen : undefined
}

function isOf(paidAt: string | undefined, day: string): boolean {
  return paidAt !== undefined && beijingDay(new Date(paidAt)) === day
}
