import type { Merchant } from '../merchants/merchant.ts'
import { eachByItself } from '../plumbing/each-by-itself.ts'
import type { Services } from '../services.ts'
import { askAppid, nobody } from './ask-appid.ts'
import { finding, type Finding } from './findings.ts'

/**
 * Whether the provider's own appid is linked to its number (docs/going-live.md, step 2). Only for a provider whose keys
 * and appid are in the merchant file: without them only a person knows.
 */
export async function checkProviderAppids(services: Services, merchant: Merchant): Promise<Finding[]> {
  const testable = merchant.accounts.filter(({ role, keys, appid }) => role === 'provider' && keys && appid)
  return eachByItself(testable, async (account) => {
    const { mchid, appid = '' } = account
    const said = await askAppid(services, account, { openid: nobody, appid, creatorMchid: mchid })
    if (said.kind === 'unknown') return finding('provider_appid_unknown', { mchid, appid, said: said.word })
    return finding(said.kind === 'bound' ? 'provider_appid_bound' : 'provider_appid_not_bound', { mchid, appid })
  })
}
