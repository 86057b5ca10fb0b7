import type { RefusalReply, UnknownReply } from './types.ts'

/** Why WeChat did not accept a call that was to prove keys, or why its answer proved nothing. */
export type KeyFault =
  | 'number_unknown'
  | 'serial_wrong'
  | 'certificate_ended'
  | 'clock'
  | 'signature'
  | 'api_v3_key_unset'
  | 'api_v3_key'
  /** The number has no platform certificates: it verifies with a public key. */
  | 'no_certificates'
  /** The answer's signature is not by the key that should have made it. */
  | 'unverified'
  /** A refusal without a signature. */
  | 'unsigned'
  | 'refused'
  | 'unreachable'

/** WeChat refuses requests that are further off (docs/wechat/pay-v3.md 1.3). */
const skewMsAtMost = 300_000

/** What a refusal says about the keys (docs/wechat/pay-v3.md 1.7, 3.3, 3.4); the words of a 401 tell the causes apart. */
export function keyFaultOf(reply: RefusalReply | UnknownReply, now: Date): KeyFault {
  if (reply.kind === 'unknown') return reply.word === 'unverified_answer' ? 'unverified' : 'unreachable'
  const { status, code, message, subCode, date } = reply
  if (status === 429 || status >= 500) return 'unreachable'
  if (code === 'MCH_NOT_EXISTS') return 'number_unknown'
  if (status !== 401 && code !== 'SIGN_ERROR') return 'refused'
  const skewMs = date === undefined ? 0 : Math.abs(Date.parse(date) - now.getTime())
  if (subCode === '268573590' || message.includes('请求时间') || skewMs > skewMsAtMost) return 'clock'
  if (subCode === '269546505' || message.includes('已过期')) return 'certificate_ended'
  if (subCode === '269546507' || message.includes('序列号')) return 'serial_wrong'
  return message.includes('加密的密钥') ? 'api_v3_key_unset' : 'signature'
}
