import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/**
 * All that /metrics shows. A label never holds an openid, an id or another value of which there is no limited number.
 */
export const registry = new Registry()

/** Seconds; a member waits for these, so the steps are fine below a second. */
const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const registers = [registry]

/** `outcome`: sent, pending or partial, or the reason for which the member was refused. */
export const claimsTotal = new Counter({
  name: 'paycoupon_claims_total',
  help: 'Claims by outcome',
  labelNames: ['merchant', 'outcome'],
  registers,
})

/** `outcome`: sent, refused, later or halt; `reason`: the word of the outcome table. */
export const sendsTotal = new Counter({
  name: 'paycoupon_sends_total',
  help: 'Tries to send a coupon by outcome',
  labelNames: ['mchid', 'outcome', 'reason'],
  registers,
})

/** `outcome`: late, over_limit or of_another_row. An operator should look at each of them. */
export const lateSendsTotal = new Counter({
  name: 'paycoupon_late_sends_total',
  help: 'Coupons that WeChat had sent although they were settled otherwise here',
  labelNames: ['merchant', 'outcome'],
  registers,
})

export const sendSeconds = new Histogram({
  name: 'paycoupon_send_seconds',
  help: 'How long WeChat Pay took to answer a send',
  labelNames: ['mchid'],
  buckets: secondsBuckets,
  registers,
})

/** `shown`: sent, on_its_way, open_card or official; `form`: how the order was named: query, message or none. */
export const receiptsTotal = new Counter({
  name: 'paycoupon_receipts_total',
  help: "Receipts within WeChat's page after a payment, by what they showed",
  labelNames: ['merchant', 'shown', 'form'],
  registers,
})

/** `outcome`: match, mismatch or absent. Nothing depends on it: nobody could reproduce WeChat's own example. */
export const checkCodesTotal = new Counter({
  name: 'paycoupon_receipt_check_codes_total',
  help: 'Receipts of known payments by whether their check_code follows the documented rule',
  labelNames: ['merchant', 'outcome'],
  registers,
})

/** `kind`: of the wall; `why`: full or silent. */
export const heldBackTotal = new Counter({
  name: 'paycoupon_calls_held_back_total',
  help: 'Calls to WeChat that were not made, to leave a merchant that WeChat does not answer alone',
  labelNames: ['kind', 'why'],
  registers,
})

/** `kind`: of the wall; `state`: open or closed. */
export const circuitsTotal = new Counter({
  name: 'paycoupon_circuits_total',
  help: 'How often calls of one merchant began or ceased to be held back because WeChat gave no answer',
  labelNames: ['kind', 'state'],
  registers,
})

/** `route`: the pattern, not the address. */
export const httpSeconds = new Histogram({
  name: 'paycoupon_http_seconds',
  help: 'How long requests took by route',
  labelNames: ['method', 'route', 'status'],
  buckets: secondsBuckets,
  registers,
})

export const droppedConnections = new Counter({
  name: 'paycoupon_dropped_connections_total',
  help: 'Connections that were closed at once, since there were MAX_CONNECTIONS already',
  registers,
})

/** `source`: events, oa or pay; `outcome`: new, repeat or refused. */
export const inboxTotal = new Counter({
  name: 'paycoupon_inbox_total',
  help: 'Notifications and events that arrived',
  labelNames: ['source', 'outcome'],
  registers,
})

export const owedCoupons = new Gauge({
  name: 'paycoupon_owed_coupons',
  help: 'Coupons reserved and not yet sent or refused, by why they wait',
  labelNames: ['merchant', 'reason'],
  registers,
})

export const oldestOwedSeconds = new Gauge({
  name: 'paycoupon_oldest_owed_seconds',
  help: 'Age of the oldest coupon that is owed',
  labelNames: ['merchant'],
  registers,
})

export const activeHalts = new Gauge({
  name: 'paycoupon_active_halts',
  help: 'Stocks and accounts that must not be sent from, by cause',
  labelNames: ['merchant', 'cause'],
  registers,
})

export const activeWarnings = new Gauge({
  name: 'paycoupon_warnings',
  help: 'Active warnings, by kind; doctor says each in words',
  labelNames: ['merchant', 'kind'],
  registers,
})

export const waitingInbox = new Gauge({
  name: 'paycoupon_waiting_inbox',
  help: 'Notifications and events accepted and not yet applied',
  labelNames: ['source'],
  registers,
})

/** `what`: inbox_body, inbox_row, stock_report, wechat_file or attempt. */
export const retiredTotal = new Counter({
  name: 'paycoupon_retired_rows_total',
  help: 'Rows forgotten or deleted since they were older than they have to be kept',
  labelNames: ['what'],
  registers,
})

export const jobLastSuccessSeconds = new Gauge({
  name: 'paycoupon_job_last_success_seconds',
  help: 'How long ago a job last came to its end; since it is known, where it never did',
  labelNames: ['job'],
  registers,
})

let processMetricsStarted = false

/** Adds memory, CPU and event loop figures of this process; started by main, not by tests. */
export function startProcessMetrics(): void {
  if (processMetricsStarted) return
  processMetricsStarted = true
  collectDefaultMetrics({ register: registry })
}
