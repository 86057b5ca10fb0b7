import type { Secret } from '../../plumbing/secrets/secret.ts'
import { decryptMessage, type PushKeys, signatureHolds } from './message-crypto.ts'
import { MessageFault } from './message-fault.ts'
import { type MessageFields, readMessageXml } from './message-xml.ts'

export { MessageFault } from './message-fault.ts'
export type { PushKeys } from './message-crypto.ts'
export type { MessageFields } from './message-xml.ts'

/** The query of a push, decoded once. */
export type PushQuery = {
  signature?: unknown
  msg_signature?: unknown
  timestamp?: unknown
  nonce?: unknown
  echostr?: unknown
}

/**
 * The text to answer WeChat's check of our address with, exactly as it came (docs/wechat/official-account.md 4.1).
 * Throws `MessageFault` when the check was not made by somebody who knows the token.
 */
export function answerEcho(token: Secret, query: PushQuery): string {
  const { signature, timestamp, nonce, echostr } = texts(query)
  if (!signatureHolds(signature, token, timestamp, nonce)) throw new MessageFault('the signature is wrong')
  return echostr
}

/**
 * Opens a pushed message of safe or compatible mode and returns its decrypted fields; clear fields beside the encrypted
 * ones are ignored. Throws `MessageFault` on anything else: in plaintext mode nothing signs the body, so one observed
 * signature would let anybody forge a card opening (docs/wechat/official-account.md 4.2).
 */
export function openPush(keys: PushKeys, query: PushQuery, body: string): MessageFields {
  const { msg_signature, timestamp, nonce } = texts(query)
  const encrypted = readMessageXml(body).Encrypt
  if (!encrypted) throw new MessageFault('the message is not encrypted: set the push to safe mode')
  if (!signatureHolds(msg_signature, keys.token, timestamp, nonce, encrypted))
    throw new MessageFault('the signature is wrong')
  return readMessageXml(decryptMessage(keys, encrypted))
}

/** A parameter that is missing or was given twice is empty, and no signature holds over it. */
function texts(query: PushQuery): Record<keyof PushQuery, string> {
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const { signature, msg_signature, timestamp, nonce, echostr } = query
  return {
    signature: text(signature),
    msg_signature: text(msg_signature),
    timestamp: text(timestamp),
    nonce: text(nonce),
    echostr: text(echostr),
  }
}
