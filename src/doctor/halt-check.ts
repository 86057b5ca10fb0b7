import { outcomeNamed } from '../ledger/outcomes/outcomes.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { finding, type Finding } from './findings.ts'

/**
 * What delivery has met so far: some onboarding steps (跨商户号发券, 免充值 authorisation) only show when a coupon is really
 * sent, and then as a halt with WeChat's own words (docs/going-live.md, steps 1, 4, 5).
 */
export async function checkHalts({ db }: Services, merchant: Merchant): Promise<Finding[]> {
  const halts = await db
    .selectFrom('halts')
    .innerJoin('accounts', 'accounts.id', 'halts.account_id')
    .leftJoin('stocks', 'stocks.id', 'halts.stock_ref')
    .where('halts.merchant_id', '=', merchant.id)
    .where('halts.lifted_at', 'is', null)
    .select(['halts.cause', 'halts.code', 'halts.message', 'halts.request_id', 'accounts.mchid', 'stocks.stock_id'])
    .execute()
  if (halts.length === 0) return [finding('nothing_halted')]
  return halts.map(({ cause: name, code, message, request_id, mchid, stock_id }) => {
    const { cause, cure } = outcomeNamed(name).operator
    const said = [code, message, request_id && `Request-ID ${request_id}`].filter(Boolean).join(' ')
    return finding('halted', { what: stock_id ? `批次 ${stock_id}` : `商户号 ${mchid}`, cause, said, cure })
  })
}
