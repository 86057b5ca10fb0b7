import { checkCodeOf } from '../../../receipts/check-code.ts'
import { orderOf, type ReceiptOrder } from '../../../receipts/order.ts'
import { type Receipt, receiptFor } from '../../../receipts/receipt.ts'
import { checkCodesTotal, receiptsTotal } from '../../../plumbing/telemetry/metrics.ts'
import { seldom } from '../../../plumbing/telemetry/seldom.ts'
import { TooLate, within } from '../../../plumbing/within.ts'
import type { MerchantState } from '../../middleware/merchant.ts'
import type { Context } from '../../shell/context.ts'
import { renderOfficial, renderReceipt } from './receipt-page.ts'

/** WeChat gives the whole page 3 s from its loading to its sign of life (docs/wechat/gold-plan.md 3). */
const patienceMs = 1_000

/**
 * `GET /m/{merchant}/receipt?sub_mch_id&out_trade_no&check_code`: within WeChat's page after a payment. It reads and
 * sets no cookie, and says nothing of the payer.
 */
export async function show(ctx: Context<MerchantState>): Promise<void> {
  const { services, merchant } = ctx.state
  const order = orderOf(merchant, ctx.query)
  const receipt = order && (await inTime(receiptFor(services, merchant, order)))
  const form = order ? (ctx.query.via === 'message' ? 'message' : 'query') : 'none'
  receiptsTotal.inc({ merchant: merchant.slug, shown: receipt?.says ?? 'official', form })
  if (!order || !receipt) return renderOfficial(ctx)
  noteCheckCode(ctx, order, receipt)
  renderReceipt(ctx, receipt)
}

/** What is under way goes on: the payment earns what it earns. */
function inTime(receipt: Promise<Receipt | undefined>): Promise<Receipt | undefined> {
  return within(patienceMs, receipt).catch((error: unknown) => {
    if (error instanceof TooLate) return undefined
    throw error
  })
}

/** Only counted and logged: a code that does not follow the rule changes nothing (docs/wechat/gold-plan.md 4). */
function noteCheckCode(ctx: Context<MerchantState>, order: ReceiptOrder, { transactionId }: Receipt): void {
  const { services, merchant } = ctx.state
  const given = ctx.query.check_code
  const link = services.config.publicUrl + ctx.path
  const holds = given === checkCodeOf(link, order, transactionId)
  const outcome = given === undefined ? 'absent' : holds ? 'match' : 'mismatch'
  checkCodesTotal.inc({ merchant: merchant.slug, outcome })
  const times = outcome === 'mismatch' ? seldom(services, `check_code/${merchant.slug}`) : 0
  const order_ending = order.outTradeNo.slice(-4)
  if (times > 0) services.log.info({ merchant: merchant.slug, order_ending, times }, 'check_code follows another rule')
}
