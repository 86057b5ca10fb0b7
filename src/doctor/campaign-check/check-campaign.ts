import type { Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import type { CampaignFinding } from './campaign-finding.ts'
import { type Checkable, type Checked, readChecked } from './checked.ts'
import { checkElsewhere } from './elsewhere.ts'
import { freshenStocks } from './fresh-stocks.ts'
import { checkLeft } from './left.ts'
import { checkLogin } from './login.ts'
import { checkOwnTime } from './own-time.ts'
import { checkPerMember } from './per-member.ts'
import { checkSenders } from './senders.ts'
import { checkFit } from './stock-fit.ts'
import { checkStates } from './stock-state.ts'

export type { CampaignFinding } from './campaign-finding.ts'

const checks: ((checked: Checked) => CampaignFinding[] | Promise<CampaignFinding[]>)[] = [
  checkOwnTime,
  checkStates,
  checkFit,
  checkLeft,
  checkPerMember,
  checkSenders,
  checkLogin,
  checkElsewhere,
]

const order: CampaignFinding['state'][] = ['stop', 'ask', 'good']

/**
 * What stands against publishing a campaign, what a person must want so, and what is in order; in this order.
 * Stocks whose news are old are read from WeChat first, as the job does; of the campaign nothing is changed. Throws what
 * the database throws.
 */
export async function checkCampaign(
  services: Services,
  merchant: Merchant,
  campaign: Checkable,
): Promise<CampaignFinding[]> {
  const stored = await readChecked(services, merchant, campaign)
  const checked = (await freshenStocks(stored)) ? await readChecked(services, merchant, campaign) : stored
  const found: CampaignFinding[] = []
  for (const check of checks) found.push(...(await check(checked)))
  return found.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
}
