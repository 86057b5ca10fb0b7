import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../../plumbing/secrets/secret.ts'
import { NotificationRefused } from '../pay/notification.ts'
import { readXml, type XmlFields } from './xml.ts'

export type OpenedV2 = { kind: 'payment' | 'refund'; fields: XmlFields }

export type V2SignType = 'MD5' | 'HMAC-SHA256'

/**
 * The account whose key opens a v2 notification, and the sign type of its orders: from the account's settings, never
 * from the message.
 */
export type V2Keys = { mchid: string; key: Secret; signType: V2SignType }

/**
 * Opens a v2 notification, which older tills and malls still use (docs/wechat/payment-triggers.md 1.5, 1.6). A payment
 * is signed with the APIv2 key; a refund is not signed but encrypted with it. Throws `NotificationRefused`.
 */
export function openV2Notification({ mchid, key, signType }: V2Keys, body: string): OpenedV2 {
  const fields = readXml(body, 'xml')
  if (!fields) throw new NotificationRefused('malformed', 'the body is not flat XML')
  if (fields.mch_id !== mchid) throw new NotificationRefused('malformed', 'it is not of the number in the address')
  if (fields.req_info !== undefined) return { kind: 'refund', fields: openRefund(key, fields.req_info) }
  if (!signatureHolds(key, fields, signType)) throw new NotificationRefused('bad_signature', 'the sign does not hold')
  const folded = Object.entries(fields).find(([name, value]) => !freeTexts.has(name) && foldedField.test(value ?? ''))
  if (folded) throw new NotificationRefused('malformed', `${folded[0]} holds what may be other fields`)
  return { kind: 'payment', fields }
}

/**
 * The sign covers the text `a=1&b=2`, not the fields: a value that contains `&b=2` gives the same text as another
 * message.
 */
const foldedField = /&[^&]*=/
const freeTexts = new Set(['attach', 'detail', 'sign'])

/** The sign covers every received element, known or not, except `sign` and empty ones. */
function signV2(key: Secret, fields: XmlFields, type: V2SignType): string {
  const signed = Object.entries(fields).filter(([name, value]) => name !== 'sign' && value !== '')
  const text = signed
    .map(([name, value]) => `${name}=${value}`)
    .toSorted((a, b) =>
      Buffer.compare(Buffer.from(a.slice(0, a.indexOf('='))), Buffer.from(b.slice(0, b.indexOf('=')))),
    )
    .join('&')
  const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', key.reveal())
  return hash.update(`${text}&key=${key.reveal()}`).digest('hex').toUpperCase()
}

function signatureHolds(key: Secret, fields: XmlFields, signType: V2SignType): boolean {
  const given = Buffer.from(fields.sign ?? '')
  const expected = Buffer.from(signV2(key, fields, signType))
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** AES-256-ECB; the key is the lower-case hex MD5 of the APIv2 key, as text. */
function openRefund(key: Secret, sealed: string): XmlFields {
  const aesKey = createHash('md5').update(key.reveal()).digest('hex')
  const fields = readXml(decrypt(aesKey, sealed), 'root')
  if (!fields) throw new NotificationRefused('malformed', 'req_info is not flat XML')
  return fields
}

function decrypt(aesKey: string, sealed: string): string {
  try {
    const decipher = createDecipheriv('aes-256-ecb', aesKey, null)
    return Buffer.concat([decipher.update(sealed, 'base64'), decipher.final()]).toString()
  } catch {
    throw new NotificationRefused('undecryptable', 'req_info does not open with this APIv2 key')
  }
}
