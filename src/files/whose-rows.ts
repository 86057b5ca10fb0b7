import type { Merchant } from '../merchants/merchant.ts'
import type { BillRow } from '../wechat/files/bill-row.ts'

/** Splits a bill's rows among the merchants that they concern; `foreign` are those of numbers that nobody here has. */
export function splitRows(
  merchants: Merchant[],
  rows: BillRow[],
): { own: Map<Merchant, BillRow[]>; foreign: BillRow[] } {
  const own = new Map<Merchant, BillRow[]>()
  const foreign: BillRow[] = []
  for (const row of rows) {
    const whose = whoseRow(merchants, row)
    if (whose.length === 0) foreign.push(row)
    for (const merchant of whose) rowsOf(own, merchant).push(row)
  }
  return { own, foreign }
}

function rowsOf(own: Map<Merchant, BillRow[]>, merchant: Merchant): BillRow[] {
  const rows = own.get(merchant) ?? []
  own.set(merchant, rows)
  return rows
}

/**
 * One of the merchant's own numbers received it, and the number that placed it is the merchant's or its provider's. Two
 * merchants that share a number have different appids.
 */
function whoseRow(merchants: Merchant[], { mchid, subMchid, appid }: BillRow): Merchant[] {
  const receiver = subMchid ?? mchid
  const all = merchants.filter(
    ({ accounts }) =>
      accounts.some((account) => account.mchid === mchid) &&
      accounts.some((account) => account.mchid === receiver && account.role === 'sender'),
  )
  const named = all.filter(({ officialAccount }) => officialAccount.appid === appid)
  return all.length > 1 && named.length > 0 ? named : all
}
