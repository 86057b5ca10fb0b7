import type { Account, Merchant } from '../merchants/merchant.ts'
import { operatorTimeoutMs } from '../operator-patience.ts'
import type { Services } from '../services.ts'
import { readStock } from '../wechat/pay/favor.ts'
import type { PayReply } from '../wechat/pay/types.ts'
import { finding, type Finding } from './findings.ts'
import { needsFormerKeys } from './former-keys.ts'

/**
 * No stock has this number: WeChat answers that it does not exist, which it only does for a caller whose signature is
 * right.
 */
const noStock = '1'

/**
 * One signed call proves the merchant number, serial, private key, clock and verification key
 * (docs/wechat/pay-v3.md 6). A stock query is harmless; /v3/certificates cannot be used, since new merchants get a 404
 * there.
 */
export async function askSigned(services: Services, merchant: Merchant, account: Account): Promise<PayReply<unknown>> {
  const { mchid } = account
  const known = await services.db
    .selectFrom('stocks')
    .select(['stock_id', 'creator_mchid'])
    .where('merchant_id', '=', merchant.id)
    .orderBy('synced_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  const stock = {
    stockId: known?.stock_id ?? noStock,
    creatorMchid: known?.creator_mchid ?? mchid,
    timeoutMs: operatorTimeoutMs,
  }
  const reply = await readStock(services.pay(account), stock)
  const isStale = reply.kind === 'ok' && (await needsFormerKeys(services, account))
  return isStale ? { kind: 'unknown', word: 'unverified_answer', detail: 'only by keys that were replaced' } : reply
}

/** What its answer says about the signature, and about the key that verifies answers. */
export function judgeSignature({ mchid }: Account, reply: PayReply<unknown>): Finding[] {
  if (reply.kind === 'ok') return [finding('signature_right', { mchid }), finding('verification_right', { mchid })]
  if (reply.kind === 'refusal') {
    const { status, code, message: said } = reply
    if (status === 401 || code === 'SIGN_ERROR') return [finding('signature_wrong', { mchid, status, code, said })]
    if (code === '') return [finding('signature_unknown', { mchid, word: `HTTP ${status}` })]
    // A refusal need not have a signature; `proven` is true only when it has one and it verified.
    return [
      finding('signature_right', { mchid }),
      finding(reply.proven ? 'verification_right' : 'verification_unknown', { mchid }),
    ]
  }
  if (reply.word === 'unverified_answer') {
    return [finding('signature_right', { mchid }), finding('verification_wrong', { mchid })]
  }
  return [finding('signature_unknown', { mchid, word: reply.word })]
}
