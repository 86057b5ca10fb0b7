import type { Account, Merchant } from '../merchants/merchant.ts'
import { eachByItself } from '../plumbing/each-by-itself.ts'
import type { Services } from '../services.ts'
import { checkAppid } from './appid-check.ts'
import { checkCards } from './card-checks.ts'
import { checkCardProducts } from './card-product-checks.ts'
import { checkClock } from './clock-check.ts'
import { finding, type Finding } from './findings.ts'
import { checkHalts } from './halt-check.ts'
import { checkKeys } from './key-checks.ts'
import { checkProviderAppids } from './provider-appid-check.ts'
import { checkSecret } from './secret-check.ts'
import { checkSetAside } from './set-aside-check.ts'
import { askSigned, judgeSignature } from './signature-check.ts'
import { checkSteps } from './step-checks.ts'
import { checkStock } from './stock-checks.ts'
import { checkWarnings } from './warning-check.ts'

/** More stocks than a merchant runs at a time; each costs one call. */
const stocksAtMost = 20

/**
 * Tests against WeChat what the steps of docs/going-live.md ask for, as far as WeChat allows: keys, clock,
 * signature, verification key, AppSecret, appid binding, and for one stock (or all imported ones that have not ended)
 * whether it can be sent; then the twelve steps, as far as each is known. Nothing is sent and nothing is changed.
 */
export async function examine(services: Services, merchant: Merchant, only?: { stockId: string }): Promise<Finding[]> {
  const asked = await askAll(services, merchant)
  const findings = [checkClock(services, asked), ...(await checkAllKeys(services, merchant))]
  for (const { sender, reply } of asked) {
    findings.push(...judgeSignature(sender, reply))
    findings.push(await checkAppid(services, merchant, sender))
  }
  findings.push(await checkSecret(services, merchant))
  findings.push(...(await checkProviderAppids(services, merchant)))
  findings.push(...(await checkStocks(services, merchant, only)))
  return [
    ...findings,
    ...(await checkCards(services, merchant)),
    ...(await checkCardProducts(services, merchant)),
    ...(await checkHalts(services, merchant)),
    ...(await checkWarnings(services, merchant)),
    ...(await checkSetAside(services, merchant)),
    ...(await checkSteps(services, merchant, findings)),
  ]
}

/** The numbers that can be asked with. */
export function sendersOf({ accounts }: Merchant): Account[] {
  return accounts.filter(({ role, keys }) => role === 'sender' && keys)
}

/** One signed call of each sender, with its answer. */
export function askAll(services: Services, merchant: Merchant) {
  return eachByItself(sendersOf(merchant), async (sender) => {
    const reply = await askSigned(services, merchant, sender)
    return { sender, reply, at: services.clock.now() }
  })
}

export async function checkAllKeys(services: Services, merchant: Merchant): Promise<Finding[]> {
  const findings = sendersOf(merchant).length === 0 ? [finding('keys_missing')] : []
  for (const account of merchant.accounts.filter(({ keys }) => keys))
    findings.push(...(await checkKeys(services, account)))
  return findings
}

/** The stock, or every imported one that has not ended. */
export async function checkStocks(
  services: Services,
  merchant: Merchant,
  only?: { stockId: string },
): Promise<Finding[]> {
  const findings = []
  for (const stockId of only ? [only.stockId] : await openStocks(services, merchant))
    findings.push(...(await checkStock(services, merchant, stockId)))
  return findings
}

async function openStocks(services: Services, merchant: Merchant): Promise<string[]> {
  const stocks = await services.db
    .selectFrom('stocks')
    .select('stock_id')
    .where('merchant_id', '=', merchant.id)
    .where('available_end', '>', services.clock.now())
    .orderBy('id', 'desc')
    .limit(stocksAtMost)
    .execute()
  return stocks.map((stock) => stock.stock_id)
}
