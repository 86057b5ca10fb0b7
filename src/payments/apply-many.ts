import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Services } from '../services.ts'
import { applyPayment, wouldChange } from './apply-payment.ts'
import { isSpend, memberSpends } from './spend-ledger.ts'

/** So many members at a time share commits, and leave the database to those who wait for an answer. */
const atOnce = 4

type Payer = { openid: string; transactionIds: string[] }

/**
 * Applies some hundred payments (`applyPayment`). Their members are looked at together, and only those are gone through
 * again for whom something changes: the payments of one in the given order, different ones side by side. Throws the
 * first failure when all that had begun have ended.
 */
export async function applyPayments(services: Services, merchant: Merchant, transactionIds: string[]): Promise<void> {
  const payers = await payersOf(services.db, merchant.id, transactionIds)
  const waiting = await changing(services, merchant, payers)
  async function oneByOne(): Promise<void> {
    for (let payer = waiting.shift(); payer; payer = waiting.shift())
      for (const transactionId of payer.transactionIds) await applyPayment(services, merchant, transactionId)
  }
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, oneByOne))
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}

/**
 * Those for whom one of the payments changes something. Who learns of another fact later applies it, as always, so
 * that a look which is old by then leaves nobody without an award.
 */
async function changing({ db, catalog }: Services, merchant: Merchant, payers: Payer[]): Promise<Payer[]> {
  if (payers.length === 0) return []
  const campaigns = (await catalog.campaigns(merchant.id)).filter(isSpend).filter(({ state }) => state !== 'draft')
  const found = new Set<Payer>()
  for (const campaign of campaigns) {
    const left = payers.filter((payer) => !found.has(payer))
    const spends = await memberSpends(
      db,
      campaign,
      left.map(({ openid }) => openid),
    )
    for (const payer of left) {
      const mark = memberMark(merchant, payer.openid)
      const spend = spends.get(payer.openid)!
      if (payer.transactionIds.some((id) => wouldChange(spend, mark, id))) found.add(payer)
    }
  }
  return payers.filter((payer) => found.has(payer))
}

/** One that is not known has no payer, and nothing to apply. */
async function payersOf(db: Db, merchantId: number, transactionIds: string[]): Promise<Payer[]> {
  if (transactionIds.length === 0) return []
  const known = await db
    .selectFrom('payments')
    .select(['transaction_id', 'openid'])
    .where('merchant_id', '=', merchantId)
    .where('transaction_id', '=', (eb) => eb.fn.any(eb.val(transactionIds)))
    .execute()
  const openids = new Map(known.map(({ transaction_id, openid }) => [transaction_id, openid]))
  const payers = new Map<string, Payer>()
  for (const id of transactionIds) {
    const openid = openids.get(id)
    if (openid === undefined) continue
    const payer = payers.get(openid) ?? { openid, transactionIds: [] }
    payer.transactionIds.push(id)
    payers.set(openid, payer)
  }
  return [...payers.values()]
}
