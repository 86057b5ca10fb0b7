import { AskAgain } from '../plumbing/ask-again.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Services } from '../services.ts'
import { applyPayment, type Look, wouldChange } from './apply-payment.ts'
import { isSpend, memberSpends } from './spend-ledger.ts'

/** So many members at a time share commits, and leave the database to those who wait for an answer. */
const atOnce = 6

type Payer = Look & { transactionIds: string[] }

/**
 * Applies up to a thousand payments (`applyPayment`). Their members are looked at together, and only those are gone through
 * for whom something changes: the payments of one in the given order, different ones side by side. Throws the first
 * failure when all that had begun have ended.
 */
export async function applyPayments(services: Services, merchant: Merchant, transactionIds: string[]): Promise<void> {
  const payers = await payersOf(services.db, merchant.id, transactionIds)
  const waiting = await changing(services, merchant, payers)
  const again: Payer[] = []
  async function oneByOne(): Promise<void> {
    for (let payer = waiting.shift(); payer; payer = waiting.shift())
      if (!(await isApplied(services, merchant, payer))) again.push(payer)
  }
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, oneByOne))
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  // The last places of a campaign are in doubt while another one beside it takes them.
  for (const payer of again) await applyAll(services, merchant, payer.transactionIds)
}

/** False when it is to be tried once more. */
async function isApplied(services: Services, merchant: Merchant, { transactionIds, ...look }: Payer): Promise<boolean> {
  try {
    await applyAll(services, merchant, transactionIds, look)
    return true
  } catch (error) {
    if (error instanceof AskAgain) return false
    throw error
  }
}

/** The first may go by the look; it may give what the next ones have to know of. */
async function applyAll(services: Services, merchant: Merchant, transactionIds: string[], look?: Look): Promise<void> {
  for (const [nth, transactionId] of transactionIds.entries())
    await applyPayment(services, merchant, transactionId, nth === 0 ? look : undefined)
}

/**
 * Looks at the payers, and returns those for whom one of the payments changes something. Who learns of another fact
 * later applies it, as always, so that a look which is old by then leaves nobody without an award.
 */
async function changing({ db, catalog }: Services, merchant: Merchant, payers: Payer[]): Promise<Payer[]> {
  if (payers.length === 0) return []
  const campaigns = (await catalog.campaigns(merchant.id)).filter(isSpend).filter(({ state }) => state !== 'draft')
  const openids = payers.map(({ openid }) => openid)
  const found = new Set<Payer>()
  for (const campaign of campaigns) {
    const spends = await memberSpends(db, campaign, openids)
    for (const payer of payers) {
      const spend = spends.get(payer.openid)!
      payer.inCampaigns.set(campaign.id, { campaign, spend })
      const mark = memberMark(merchant, payer.openid)
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
    const payer: Payer = payers.get(openid) ?? { openid, transactionIds: [], inCampaigns: new Map() }
    payer.transactionIds.push(id)
    payers.set(openid, payer)
  }
  return [...payers.values()]
}
