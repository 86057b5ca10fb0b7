import type { Account, Merchant } from '../merchants/merchant.ts'
import { Unusable } from '../plumbing/unusable.ts'

/** Whose payments a receipt is for, and who may open it: a sub-merchant and its provider, which has keys. */
export type ReceiptParties = { subMchid: string; provider: Account }

/**
 * The two numbers; unset, the merchant's only ones of their kind. Throws `Unusable` that names what is missing or must
 * be chosen.
 */
export function receiptParties(
  merchant: Merchant,
  chosen: { subMchid?: string | undefined; providerMchid?: string | undefined },
): ReceiptParties {
  const { mchid: subMchid } = theOnly(merchant, 'sender', chosen.subMchid, '--mchid')
  const provider = theOnly(merchant, 'provider', chosen.providerMchid, '--provider')
  if (provider.keys) return { subMchid, provider }
  throw new Unusable([
    `${provider.mchid} has no keys in the merchant file: only the provider may open its receipt, so add its private_key, serial_no and api_v3_key`,
  ])
}

function theOnly(merchant: Merchant, role: Account['role'], mchid: string | undefined, option: string): Account {
  const { slug } = merchant
  const all = merchant.accounts.filter((account) => account.role === role)
  const found = mchid === undefined ? all : all.filter((account) => account.mchid === mchid)
  if (found[0] && !found[1]) return found[0]
  if (mchid !== undefined) throw new Unusable([`${mchid} is no ${role} of ${slug}: add it to the merchant file`])
  throw new Unusable([
    found.length === 0
      ? `merchant ${slug} has no ${role}`
      : `merchant ${slug} has several ${role}s: name one with ${option}`,
  ])
}
