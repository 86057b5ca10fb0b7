import type { Account, Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { askAppid, nobody } from './ask-appid.ts'
import { finding, type Finding } from './findings.ts'

/** Whether the merchant's Official Account is linked to its sender (docs/going-live.md, step 3). */
export async function checkAppid(services: Services, merchant: Merchant, account: Account): Promise<Finding> {
  const { appid } = merchant.officialAccount
  const facts = { appid, mchid: account.mchid }
  const member = await services.db
    .selectFrom('members')
    .select('openid')
    .where('merchant_id', '=', merchant.id)
    .limit(1)
    .executeTakeFirst()
  const provider = merchant.accounts.find(({ role }) => role === 'provider')
  const asked = { openid: member?.openid ?? nobody, appid, creatorMchid: provider?.mchid ?? account.mchid }
  const said = await askAppid(services, account, asked)
  if (said.kind === 'unknown') return finding('appid_unknown', { ...facts, said: said.word })
  return finding(said.kind === 'bound' ? 'appid_bound' : 'appid_not_bound', facts)
}
