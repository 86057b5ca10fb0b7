import type { Account, Merchant } from '../merchants/merchant.ts'
import { operatorTimeoutMs } from '../operator-patience.ts'
import type { Services } from '../services.ts'
import { listUserCoupons } from '../wechat/pay/favor.ts'
import { finding, type Finding } from './findings.ts'

/** A valid-looking openid that no member has; used before any member is known. */
const nobody = 'oDOCTOR-0000000000000000000000'.slice(0, 28)

/**
 * WeChat refuses a query that the sender signed with the merchant's appid, with a code of its own, when the two are not
 * bound (docs/merchant/going-live.md, step 3).
 */
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
  const reply = await listUserCoupons(services.pay(account), {
    openid: member?.openid ?? nobody,
    appid,
    creatorMchid: provider?.mchid ?? account.mchid,
    timeoutMs: operatorTimeoutMs,
  })
  if (reply.kind === 'unknown') return finding('appid_unknown', { ...facts, said: reply.word })
  if (reply.kind === 'ok') return finding('appid_bound', facts)
  if (reply.code === 'APPID_MCHID_NOT_MATCH') return finding('appid_not_bound', facts)
  const undecided = reply.status === 401 || reply.status === 429 || reply.status >= 500 || reply.code === ''
  // WeChat makes every other refusal (an unknown openid, for example) only after it has checked the pair.
  return undecided
    ? finding('appid_unknown', { ...facts, said: `${reply.status} ${reply.code}` })
    : finding('appid_bound', facts)
}
