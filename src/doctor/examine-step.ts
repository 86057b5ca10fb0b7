import type { Merchant } from '../merchants/merchant.ts'
import type { StepNumber } from '../onboarding/steps.ts'
import { eachByItself } from '../plumbing/each-by-itself.ts'
import type { Services } from '../services.ts'
import { checkAppid } from './appid-check.ts'
import { checkClock } from './clock-check.ts'
import { askAll, checkAllKeys, checkStocks, sendersOf } from './examine.ts'
import type { Finding } from './findings.ts'
import { checkProviderAppids } from './provider-appid-check.ts'
import { checkSecret } from './secret-check.ts'
import { judgeSignature } from './signature-check.ts'

type Part = { run(services: Services, merchant: Merchant): Promise<Finding[]>; covers: RegExp }

const keys: Part = { run: checkAllKeys, covers: /^(keys|certificate_date)$/ }
const settings: Part = {
  run: checkSettings,
  covers: /^(keys|certificate_date|clock|signature|verification_key|app_secret)$/,
}
const stocks: Part = { run: checkStocks, covers: /^stock_/ }

/** What tests a step by itself, and which findings that replaces. Of the other steps our tables or people tell. */
const parts: Partial<Record<StepNumber, Part>> = {
  2: { run: checkProviderAppids, covers: /^provider_appid$/ },
  3: {
    run: (services, merchant) => eachByItself(sendersOf(merchant), (one) => checkAppid(services, merchant, one)),
    covers: /^appid_bound$/,
  },
  6: keys,
  7: settings,
  8: settings,
  9: stocks,
  10: stocks,
}

export function canExamine(step: StepNumber): boolean {
  return parts[step] !== undefined
}

/** Tests one step against WeChat, and puts what it found into what was found `before`. Throws for a step without a test. */
export async function examineStep(
  services: Services,
  merchant: Merchant,
  step: StepNumber,
  before: Finding[],
): Promise<Finding[]> {
  const part = parts[step]
  if (!part) throw new Error(`step ${step} has no test`)
  const found = await part.run(services, merchant)
  return [...before.filter(({ check }) => !part.covers.test(check)), ...found]
}

async function checkSettings(services: Services, merchant: Merchant): Promise<Finding[]> {
  const asked = await askAll(services, merchant)
  return [
    checkClock(services, asked),
    ...(await checkAllKeys(services, merchant)),
    ...asked.flatMap(({ sender, reply }) => judgeSignature(sender, reply)),
    await checkSecret(services, merchant),
  ]
}
