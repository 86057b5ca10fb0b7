import type { Incoming, Ending } from './http.ts'
import {
  changeCardTemplate,
  confirmMemberCard,
  listMemberCards,
  makePreAuthToken,
  readCardTemplate,
  readMemberCard,
} from './wallet/brand-calls.ts'
import {
  activateOpenCard,
  decryptOpenCode,
  listOpenCards,
  readOpenCallback,
  readOpenCard,
  readOpenForm,
  readOpenTemplate,
  setOpenCallback,
} from './wallet/open-calls.ts'
import { authorize } from './oauth/authorize.ts'
import { activateCard, decryptCode, readTempInfo, readUserInfo } from './official/cards.ts'
import { classicToken, exchangeCode, stableToken } from './official/credentials.ts'
import { checkJsConfig, getTicket, jsSdk } from './official/js-ticket.ts'
import { runOfficial, type OfficialHandler } from './official/run-official.ts'
import { readCallback, setCallback } from './pay/callbacks.ts'
import { refundFlowOfDay, tradeBill, useFlowOfDay, wholeRefundFlow, wholeUseFlow } from './pay/bills.ts'
import { listCertificates } from './pay/certificates.ts'
import { pauseStock, restartStock, startStock } from './pay/change-stock.ts'
import { createStock } from './pay/create-stock.ts'
import { switchPage, switchPlan } from './pay/gold-plan.ts'
import { readCombinedOrder, readOrder, readPartnerOrder } from './pay/orders.ts'
import { readRefund } from './pay/read-refund.ts'
import { downloadFile } from './pay/served-files.ts'
import type { PayHandler } from './pay/pay-call.ts'
import { runPay } from './pay/run-pay.ts'
import { sendCoupon } from './pay/send-coupon.ts'
import { listStockMerchants, listStocks, readStock } from './pay/stocks.ts'
import { uploadImage } from './pay/upload-image.ts'
import { listUserCoupons, readUserCoupon } from './pay/user-coupons.ts'
import type { SandboxState } from './state.ts'
import { joinCard } from './wallet/join-from-page.ts'

export type Run = (state: SandboxState, request: Incoming, params: Record<string, string>) => Ending | Promise<Ending>
export type Route = { method: 'GET' | 'POST' | 'PATCH' | 'DELETE'; path: string; run: Run }

const favor = '/v3/marketing/favor'
const membercardOpen = '/v3/marketing/membercard-open'

/** Every address of WeChat that the sandbox plays. The first word is the name in faults and in the list of calls. */
export const wechatRoutes: Route[] = [
  pay('send', 'POST', `${favor}/users/:openid/coupons`, sendCoupon),
  pay('user_coupons', 'GET', `${favor}/users/:openid/coupons`, listUserCoupons),
  pay('coupon_detail', 'GET', `${favor}/users/:openid/coupons/:couponId`, readUserCoupon),
  pay('stock_create', 'POST', `${favor}/coupon-stocks`, createStock),
  pay('stock_list', 'GET', `${favor}/stocks`, listStocks),
  pay('stock_detail', 'GET', `${favor}/stocks/:stockId`, readStock),
  pay('stock_start', 'POST', `${favor}/stocks/:stockId/start`, startStock),
  pay('stock_pause', 'POST', `${favor}/stocks/:stockId/pause`, pauseStock),
  pay('stock_restart', 'POST', `${favor}/stocks/:stockId/restart`, restartStock),
  pay('stock_merchants', 'GET', `${favor}/stocks/:stockId/merchants`, listStockMerchants),
  pay('callback_read', 'GET', `${favor}/callbacks`, readCallback),
  pay('callback_set', 'POST', `${favor}/callbacks`, setCallback),
  pay('image_upload', 'POST', `${favor}/media/image-upload`, uploadImage),
  pay('goldplan_plan', 'POST', '/v3/goldplan/merchants/changegoldplanstatus', switchPlan),
  pay('goldplan_page', 'POST', '/v3/goldplan/merchants/changecustompagestatus', switchPage),
  pay('certificates', 'GET', '/v3/certificates', listCertificates),
  pay('order', 'GET', '/v3/pay/transactions/id/:transactionId', readOrder),
  pay('order', 'GET', '/v3/pay/transactions/out-trade-no/:outTradeNo', readOrder),
  pay('partner_order', 'GET', '/v3/pay/partner/transactions/id/:transactionId', readPartnerOrder),
  pay('partner_order', 'GET', '/v3/pay/partner/transactions/out-trade-no/:outTradeNo', readPartnerOrder),
  ...['/v3/brand/partner/card-member', '/brand/card-member'].flatMap((base) => [
    pay('card_template', 'GET', `${base}/cards/:cardId`, readCardTemplate),
    pay('card_template_change', 'PATCH', `${base}/cards/:cardId`, changeCardTemplate),
    pay('card_token', 'POST', `${base}/pre-auth-tokens`, makePreAuthToken),
    pay('card_list', 'GET', `${base}/user-cards`, listMemberCards),
    pay('card_detail', 'GET', `${base}/user-cards/:code`, readMemberCard),
    pay('card_confirm', 'POST', `${base}/user-cards/:code/confirm`, confirmMemberCard),
  ]),
  pay('open_card_template', 'GET', `${membercardOpen}/cards/:cardId`, readOpenTemplate),
  pay('open_card_decrypt', 'GET', `${membercardOpen}/cards/:cardId/decrypt-code`, decryptOpenCode),
  pay('open_card_form', 'GET', `${membercardOpen}/activate-informations/:ticket`, readOpenForm),
  pay('open_card_detail', 'GET', `${membercardOpen}/cards/:cardId/codes/:code`, readOpenCard),
  pay('open_card_activate', 'POST', `${membercardOpen}/cards/:cardId/codes/:code/activate`, activateOpenCard),
  pay('open_card_list', 'GET', `${membercardOpen}/user/cards`, listOpenCards),
  pay('open_card_callback', 'GET', `${membercardOpen}/callback`, readOpenCallback),
  pay('open_card_callback_set', 'PATCH', `${membercardOpen}/callback`, setOpenCallback),
  pay('combined_order', 'GET', '/v3/combine-transactions/out-trade-no/:outTradeNo', readCombinedOrder),
  pay('bill', 'GET', '/v3/bill/tradebill', tradeBill),
  pay('bill_download', 'GET', '/v3/billdownload/file', downloadFile),
  pay('use_flow', 'GET', `${favor}/stocks/:stockId/use-flow-by-day`, useFlowOfDay),
  pay('refund_flow', 'GET', `${favor}/stocks/:stockId/refund-flow-by-day`, refundFlowOfDay),
  pay('use_flow_whole', 'GET', `${favor}/stocks/:stockId/use-flow`, wholeUseFlow),
  pay('refund_flow_whole', 'GET', `${favor}/stocks/:stockId/refund-flow`, wholeRefundFlow),
  pay('flow_download', 'GET', '/mkt/storage/bill/download', downloadFile),
  pay('refund', 'GET', '/v3/refund/domestic/refunds/:outRefundNo', readRefund),
  { method: 'GET', path: '/connect/oauth2/authorize', run: authorize },
  official('oauth_exchange', 'GET', '/sns/oauth2/access_token', exchangeCode),
  official('stable_token', 'POST', '/cgi-bin/stable_token', stableToken),
  official('token', 'GET', '/cgi-bin/token', classicToken),
  official('card_decrypt', 'POST', '/card/code/decrypt', decryptCode),
  official('card_user_info', 'POST', '/card/membercard/userinfo/get', readUserInfo),
  official('card_activate', 'POST', '/card/membercard/activate', activateCard),
  official('js_ticket', 'GET', '/cgi-bin/ticket/getticket', getTicket),
  { method: 'GET', path: '/open/js/jweixin-1.6.0.js', run: jsSdk },
  { method: 'GET', path: '/sandbox/js-config', run: checkJsConfig },
  { method: 'GET', path: '/sandbox/join-card', run: joinCard },
  official('card_temp_info', 'POST', '/card/membercard/activatetempinfo/get', readTempInfo),
]

function pay(endpoint: string, method: 'GET' | 'POST' | 'PATCH', path: string, handler: PayHandler): Route {
  return { method, path, run: (state, request, params) => runPay(state, { endpoint, handler }, params, request) }
}

function official(endpoint: string, method: 'GET' | 'POST', path: string, handler: OfficialHandler): Route {
  return { method, path, run: (state, request) => runOfficial(state, { endpoint, handler }, request) }
}
