import type { Account } from '../merchants/merchant.ts'
import { operatorTimeoutMs } from '../operator-patience.ts'
import type { Services } from '../services.ts'
import { listUserCoupons } from '../wechat/pay/favor.ts'

/** A valid-looking openid that no member has; used before any member is known. */
export const nobody = 'oDOCTOR-0000000000000000000000'.slice(0, 28)

export type AppidAnswer = { kind: 'bound' } | { kind: 'not_bound' } | { kind: 'unknown'; word: string }

/**
 * Whether an appid and a merchant number are linked: WeChat refuses a query that the number signed with the appid, with
 * a code of its own, when they are not (docs/wechat/pay-v3.md 2.0). Nothing is changed.
 */
export async function askAppid(
  services: Services,
  account: Account,
  asked: { openid: string; appid: string; creatorMchid: string },
): Promise<AppidAnswer> {
  const reply = await listUserCoupons(services.pay(account), { ...asked, timeoutMs: operatorTimeoutMs })
  if (reply.kind === 'unknown') return { kind: 'unknown', word: reply.word }
  if (reply.kind === 'ok') return { kind: 'bound' }
  if (reply.code === 'APPID_MCHID_NOT_MATCH') return { kind: 'not_bound' }
  const undecided = reply.status === 401 || reply.status === 429 || reply.status >= 500 || reply.code === ''
  // WeChat makes every other refusal (an unknown openid, for example) only after it has checked the pair.
  return undecided ? { kind: 'unknown', word: `${reply.status} ${reply.code}`.trim() } : { kind: 'bound' }
}
