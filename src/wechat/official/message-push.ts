import type { Secret } from '../../plumbing/secrets/secret.ts'
import { decryptMessage, type PushKeys, signatureHolds } from './message-crypto.ts'
import { MessageFault } from './message-fault.ts'
import { encryptedPart, type MessageFields, readMessageXml } from './message-xml.ts'

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
 * The text that answers WeChat's check of our address, unchanged (docs/wechat/official-account.md 4.1). Throws
 * `MessageFault` when the sender of the check does not know the token.
 */
export function answerEcho(token: Secret, query: PushQuery): string {
  const { signature, timestamp, nonce, echostr } = texts(query)
  if (!signatureHolds(signature, token, timestamp, nonce)) throw new MessageFault('the signature is wrong')
  return echostr
}

/**
 * Opens a pushed message of safe or compatible mode and returns its decrypted fields; unencrypted fields beside them
 * are not even read. Throws `MessageFault` on anything else: in plaintext mode nothing signs the body, so with one observed
 * signature anyone could forge a card opening (docs/wechat/official-account.md 4.2).
 */
export function openPush(keys: PushKeys, query: PushQuery, body: string): MessageFields {
  const { msg_signature, timestamp, nonce } = texts(query)
  const encrypted = encryptedPart(body)
  if (!encrypted) throw new MessageFault('the message is not encrypted: set the push to safe mode')
  if (!signatureHolds(msg_signature, keys.token, timestamp, nonce, encrypted))
    throw new MessageFault('the signature is wrong')
  return readMessageXml(decryptMessage(keys, encrypted))
}

/** A parameter that is missing or was given twice becomes empty, and no signature is right for it. */
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
