import { closedReason } from '../grants/campaign-window.ts'
import { type Grant, grantsOfTransaction } from '../grants/grants.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { applyPayment } from '../payments/apply-payment.ts'
import { queryForAnybody } from '../payments/query-any-payer.ts'
import { kept } from '../plumbing/cache.ts'
import type { Services } from '../services.ts'
import type { ReceiptOrder } from './order.ts'

/** What a receipt may say of a payment to whoever looks at it: nothing of its payer. */
export type Receipt = { says: ReceiptWord; transactionId: string }

export type ReceiptWord = 'sent' | 'on_its_way' | 'open_card'

/** Anybody can load a receipt as often as they like; the ledger is read once in this time. */
const receipts = kept<string, Receipt | undefined>({ most: 5_000, ageMs: 2_000 })

/**
 * What the order's receipt says, from our ledger, or else from WeChat within the bounds of `queryForAnybody`: what the
 * payment has earned is given to its payer on the way, as on the page after paying. Undefined when there is nothing to
 * say. Throws when the ledger or a campaign fails.
 */
export function receiptFor(services: Services, merchant: Merchant, order: ReceiptOrder): Promise<Receipt | undefined> {
  const key = `${merchant.id}/${order.subMchid}/${order.outTradeNo}`
  return services.cache.read(receipts, key, () => makeReceipt(services, merchant, order))
}

async function makeReceipt(services: Services, merchant: Merchant, order: ReceiptOrder): Promise<Receipt | undefined> {
  const transactionId = await transactionOf(services, merchant, order)
  if (transactionId === undefined) return undefined
  const says = saidBy(await grantsOf(services, merchant, transactionId)) ?? (await invitation(services, merchant))
  return says && { says, transactionId }
}

async function transactionOf(
  services: Services,
  merchant: Merchant,
  { subMchid, outTradeNo }: ReceiptOrder,
): Promise<string | undefined> {
  const known = await services.db
    .selectFrom('payments')
    .select('transaction_id')
    .where('merchant_id', '=', merchant.id)
    .where('out_trade_no', '=', outTradeNo)
    .where(({ fn }) => fn.coalesce('sub_mchid', 'mchid'), '=', subMchid)
    .executeTakeFirst()
  if (known) return known.transaction_id
  const found = await queryForAnybody(services, merchant, outTradeNo)
  return found && (found.subMchid ?? found.mchid) === subMchid ? found.transactionId : undefined
}

async function grantsOf(services: Services, merchant: Merchant, transactionId: string): Promise<Grant[]> {
  const given = await grantsOfTransaction(services.db, merchant.id, transactionId)
  if (given.length > 0) return given
  await applyPayment(services, merchant, transactionId)
  return grantsOfTransaction(services.db, merchant.id, transactionId)
}

function saidBy(grants: Grant[]): ReceiptWord | undefined {
  const standing = grants.filter((grant) => grant.refundedAt === null).map(({ status }) => status)
  if (standing.includes('pending')) return 'on_its_way'
  return standing.includes('sent') || standing.includes('partial') ? 'sent' : undefined
}

/** A payment that earned nothing invites to a card, if opening one earns something now. */
async function invitation({ catalog, clock }: Services, merchant: Merchant): Promise<'open_card' | undefined> {
  const now = clock.now()
  const campaigns = await catalog.campaigns(merchant.id)
  const open = campaigns.some((campaign) => campaign.kind === 'card_open' && !closedReason(campaign, now))
  return open ? 'open_card' : undefined
}
