import type { Merchant } from '../merchants/merchant.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { Unusable } from '../plumbing/unusable.ts'
import { standingsOf } from './standing.ts'

/** A sender number that needs 跨商户号发券, with the numbers whose stocks it sends. */
export type Applicant = { sender: string; creators: string[]; names: string[]; slugs: string[]; appids: string[] }

/** Those to apply for, and those that have the permission already and are left out. */
export type Application = { applicants: Applicant[]; leftOut: Applicant[] }

/**
 * Whom an application for 跨商户号发券 is about: every sender number of these merchants once. Numbers that have the
 * permission need not apply again (docs/wechat/pay-v3.md 3.6): they are left out, unless all have it. Throws `Unusable`
 * with one sentence for every merchant that has no provider or no sender.
 */
export async function applicationOf(db: Db, merchants: Merchant[]): Promise<Application> {
  const faults = merchants.flatMap(faultsOf)
  if (faults.length > 0) throw new Unusable(faults)
  const granted = new Set<string>()
  for (const merchant of merchants) {
    const standing = (await standingsOf(db, merchant.id)).now.get(crossMerchantStep)
    if (standing?.state === 'granted') for (const sender of numbersOf(merchant, 'sender')) granted.add(sender)
  }
  const all = applicantsOf(merchants)
  const open = all.filter(({ sender }) => !granted.has(sender))
  if (open.length === 0) return { applicants: all, leftOut: [] }
  return { applicants: open, leftOut: all.filter(({ sender }) => granted.has(sender)) }
}

const crossMerchantStep = 4

function faultsOf(merchant: Merchant): string[] {
  const missing = (['provider', 'sender'] as const).filter((role) => numbersOf(merchant, role).length === 0)
  return missing.map(
    (role) => `merchant ${merchant.slug} (${merchant.name}) has no ${role} number in its merchant file`,
  )
}

function numbersOf(merchant: Merchant, role: 'provider' | 'sender'): string[] {
  return merchant.accounts.filter((account) => account.role === role).map(({ mchid }) => mchid)
}

function applicantsOf(merchants: Merchant[]): Applicant[] {
  const senders = new Set(merchants.flatMap((merchant) => numbersOf(merchant, 'sender')))
  return [...senders].map((sender) => {
    const holders = merchants.filter((merchant) => numbersOf(merchant, 'sender').includes(sender))
    const each = (facts: (merchant: Merchant) => string[]) => [...new Set(holders.flatMap(facts))]
    return {
      sender,
      creators: each((merchant) => numbersOf(merchant, 'provider')),
      names: each(({ name }) => [name]),
      slugs: each(({ slug }) => [slug]),
      appids: each(({ officialAccount }) => [officialAccount.appid]),
    }
  })
}
