import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SandboxControl } from '../control.ts'
import { type Answer, html } from '../http.ts'
import type { Order } from '../pay/order.ts'
import type { PageAct } from './page-routes.ts'
import { renderPage } from './render-page.ts'

/** Where WeChat's own page after paying this order is; undefined where the provider has not opened it. */
export function afterPayingAddress({ state }: SandboxControl, { subMchid, outTradeNo }: Order): string | undefined {
  const plan = state.world.accounts.find(({ mchid }) => mchid === subMchid)?.goldPlan
  return plan?.plan?.open ? `/sandbox/after-paying?order=${encodeURIComponent(outTradeNo)}` : undefined
}

/** GET /sandbox/after-paying: plays payapp.weixin.qq.com, with the receipt in its frame (docs/wechat/gold-plan.md 3). */
export const afterPaying: PageAct = (control, _request, query) => {
  const order = control.orders().find(({ outTradeNo }) => outTradeNo === query.get('order'))
  const merchant = control.state.world.merchants.find(({ mchids }) => mchids.includes(order?.subMchid ?? ''))
  const plan = control.state.world.accounts.find(({ mchid }) => mchid === order?.subMchid)?.goldPlan
  if (!order || !merchant || !plan) return html('', 404)
  const receipt = plan.page?.open ? receiptAddress(control, merchant.slug, order) : undefined
  const app = new URL(control.settings.appUrl).origin
  const back = `/?merchant=${encodeURIComponent(merchant.slug)}`
  const body = renderPage('after-paying', {
    merchant,
    receipt,
    app,
    back,
    amount: (order.payerTotal / 100).toFixed(2),
    order,
  })
  return html(body, 200, {
    'Content-Security-Policy': `default-src 'none'; style-src 'self'; script-src 'self'; frame-src ${app}; base-uri 'none'; frame-ancestors 'none'`,
    'X-Content-Type-Options': 'nosniff',
  })
}

/** The link as the provider set it, with the order and the code of the published rule. */
function receiptAddress({ settings }: SandboxControl, slug: string, order: Order): string {
  const link = `${settings.appUrl}/m/${slug}/receipt`
  const named = `sub_mch_id=${order.subMchid}&out_trade_no=${order.outTradeNo}`
  const code = createHash('md5').update(`${link}?${named}&transaction_id=${order.transactionId}`).digest('hex')
  return `${link}?${named}&check_code=${code}`
}

const scriptFile = new URL('../views/after-paying.js', import.meta.url)

export function afterPayScript(): Answer {
  const headers = { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-store' }
  return { status: 200, headers, body: readFileSync(scriptFile, 'utf8') }
}
