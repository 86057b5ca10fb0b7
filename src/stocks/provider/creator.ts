import type { Account, Merchant } from '../../merchants/merchant.ts'
import { Unusable } from '../../plumbing/unusable.ts'
import type { Services } from '../../services.ts'
import type { PayClient } from '../../wechat/pay/client.ts'

/** The merchant's account of this number, or of its only provider. Throws `Unusable` when there is none. */
export function creatorAccount(merchant: Merchant, mchid: string | undefined): Account {
  const { accounts, slug } = merchant
  if (mchid !== undefined) {
    const account = accounts.find((one) => one.mchid === mchid)
    if (account) return account
    throw new Unusable([`${mchid} is no merchant number of ${slug}: add it to the merchant file`])
  }
  const [provider, another] = accounts.filter(({ role }) => role === 'provider')
  if (provider && !another) return provider
  throw new Unusable([
    `merchant ${slug} has ${another ? 'several providers' : 'no provider'}: name the creator's number`,
  ])
}

/** The client that signs with the creator's own keys. Throws `Unusable` that names the number without keys. */
export function creatorClient(services: Services, account: Account): PayClient {
  if (account.keys) return services.pay(account)
  throw new Unusable([
    `${account.mchid} has no keys in the merchant file: only the creator may do this, so add its private_key, serial_no and api_v3_key`,
  ])
}
