import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../../plumbing/secrets/secret.ts'
import { MessageFault } from './message-fault.ts'

/**
 * The push settings in the Official Account's back office; `previousKey` is the EncodingAESKey before the current one.
 */
export type PushKeys = { appid: string; token: Secret; key: Secret; previousKey: Secret | undefined }

/** WeChat's blocks are 32 bytes long, twice those of AES (docs/wechat/official-account.md 4.3). */
const blockBytes = 32
const randomBytes = 16
const lengthBytes = 4

/**
 * sha1 over the sorted parts, compared in constant time: `[token, timestamp, nonce]` for `signature`; with the
 * encrypted text as the fourth part for `msg_signature` (docs/wechat/official-account.md 4.1, 4.3).
 */
export function signatureHolds(signature: string, token: Secret, ...parts: string[]): boolean {
  const sorted = [token.reveal(), ...parts].sort(byBytes).join('')
  const expected = createHash('sha1').update(sorted).digest()
  const given = Buffer.from(signature, 'hex')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/**
 * The message inside `encrypted`, whose signature the caller has checked. Tries the previous key when the current one
 * does not fit. Throws `MessageFault` when neither opens it or it is for another appid.
 */
export function decryptMessage(keys: PushKeys, encrypted: string): string {
  try {
    return decryptWith(keys.key, keys.appid, encrypted)
  } catch (fault) {
    if (!keys.previousKey) throw fault
    return decryptWith(keys.previousKey, keys.appid, encrypted)
  }
}

/** AES-256-CBC of: 16 random bytes, the message's length in bytes, the message, the appid, padding. */
function decryptWith(encodingAesKey: Secret, appid: string, encrypted: string): string {
  const plain = withoutPadding(
    decrypt(Buffer.from(`${encodingAesKey.reveal()}=`, 'base64'), Buffer.from(encrypted, 'base64')),
  )
  const begin = randomBytes + lengthBytes
  if (plain.length < begin) throw new MessageFault('the message is shorter than its head')
  const end = begin + plain.readUInt32BE(randomBytes)
  if (end > plain.length) throw new MessageFault('the message is shorter than it says')
  if (plain.toString('utf8', end) !== appid) throw new MessageFault('the message is for another appid')
  return plain.toString('utf8', begin, end)
}

function decrypt(key: Buffer, encrypted: Buffer): Buffer {
  if (key.length !== 32) throw new MessageFault('the EncodingAESKey is not 43 characters of base64')
  if (encrypted.length === 0 || encrypted.length % blockBytes !== 0)
    throw new MessageFault('the message is not whole blocks')
  // The built-in unpadding expects 16-byte blocks and throws at WeChat's padding of 17 to 32.
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([decipher.update(encrypted), decipher.final()])
}

/**
 * Padding is n bytes of value n, n from 1 to 32. Tencent's sample reads anything else as "no padding"; it is a forgery
 * or a wrong key.
 */
function withoutPadding(padded: Buffer): Buffer {
  const count = padded[padded.length - 1] as number
  const length = padded.length - count
  const whole = count >= 1 && count <= blockBytes && padded.subarray(length).every((byte) => byte === count)
  if (!whole) throw new MessageFault('the message is padded wrongly')
  return padded.subarray(0, length)
}
