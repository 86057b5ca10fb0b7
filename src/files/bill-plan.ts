import { lateEarns } from '../campaigns/late-facts.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { isSpend, type SpendCampaignRow } from '../payments/spend-ledger.ts'
import type { Payment } from '../payments/payment.ts'
import type { Services } from '../services.ts'
import { noCashTotal } from '../wechat/pay-v2/payment.ts'
import type { BillRow } from '../wechat/files/bill-row.ts'

/**
 * What is to be done with a payment that only a bill tells of. `ask`: the bill does not say what the payer paid, with
 * which coupons, or under which of our openids, and a campaign needs to know.
 */
export type Plan =
  { do: 'record'; payment: Payment } | { do: 'ask' } | { do: 'set aside'; cause: 'other_appid' | 'no_payer' }

/** The merchant's spend campaigns that a late payment can still earn in. */
export async function campaignsOpenTo({ catalog, clock }: Services, merchant: Merchant): Promise<SpendCampaignRow[]> {
  const campaigns = await catalog.campaigns(merchant.id)
  return campaigns.filter(isSpend).filter((one) => one.state !== 'draft' && lateEarns(one, clock.now()))
}

/** Decides for one row. `known`: whether this openid is known to us as the merchant's member. */
export function planFor(
  row: BillRow,
  merchant: Merchant,
  campaigns: SpendCampaignRow[],
  known: (openid: string) => boolean,
): Plan {
  const mattering = campaigns.filter((campaign) => canEarn(row, campaign))
  const isDirect = row.subMchid === undefined
  if (isDirect && row.appid !== merchant.officialAccount.appid) return { do: 'set aside', cause: 'other_appid' }
  // Of a provider's order the bill does not say under which appid the openid is (docs/wechat/bills.md 4).
  const openid = row.openid !== undefined && (isDirect || known(row.openid)) ? row.openid : undefined
  if (mattering.length > 0 && (openid === undefined || mattering.some((one) => needsMore(row, one))))
    return { do: 'ask' }
  return openid === undefined
    ? { do: 'set aside', cause: 'no_payer' }
    : { do: 'record', payment: paymentOf(row, openid) }
}

/** Whether the row is within the campaign's time and, alone, large enough for its first tier. */
export function canEarn({ at, total }: BillRow, { starts_at, ends_at, spend }: SpendCampaignRow): boolean {
  if (at < starts_at || at > ends_at) return false
  return spend.mode !== 'single' || spend.tiers.some(({ at_least }) => at_least <= total)
}

function needsMore({ total, settlement, coupons }: BillRow, { spend }: SpendCampaignRow): boolean {
  const usedCoupons = coupons > 0 || settlement < total
  return spend.basis === 'payer_total' || (spend.exclude_orders_using_our_coupons && usedCoupons)
}

/**
 * `payerTotal` is the least that it can be: a campaign that counts it asks WeChat instead, and a later report replaces
 * it.
 */
function paymentOf(row: BillRow, openid: string): Payment {
  const { total, settlement, coupons } = row
  const notPrefunded = total - settlement
  return {
    transactionId: row.transactionId,
    outTradeNo: row.outTradeNo,
    mchid: row.mchid,
    subMchid: row.subMchid,
    openid,
    total,
    payerTotal: Math.max(0, settlement - coupons),
    promotions: notPrefunded > 0 ? [{ type: noCashTotal, amount: notPrefunded }] : [],
    goodsTag: undefined,
    paidAt: row.at,
    source: 'bill',
  }
}
