import { X509Certificate, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from '../../plumbing/files/parse-json.ts'
import type { Secret } from '../../plumbing/secrets/secret.ts'
import { openResourceByAny } from './resource.ts'
import type { RawAnswer } from '../exchange.ts'
import type { PlatformCertificate, SealedResource } from './types.ts'
import { verify } from './verification.ts'

export const certificatesPath = '/v3/certificates'

/** The certificates could not be obtained; the message gives the cause, without any key material. */
export class CertificatesUnavailable extends Error {
  /** What is at fault, where the answer tells. */
  readonly fault: 'api_v3_key' | 'signature' | undefined

  constructor(message: string, fault?: CertificatesUnavailable['fault']) {
    super(message)
    this.name = 'CertificatesUnavailable'
    this.fault = fault
  }
}

const listSchema = z.object({
  data: z.array(
    z.object({
      serial_no: z.string(),
      effective_time: z.coerce.date(),
      expire_time: z.coerce.date(),
      encrypt_certificate: z.object({
        algorithm: z.string(),
        nonce: z.string(),
        associated_data: z.string().nullish(),
        ciphertext: z.string(),
      }),
    }),
  ),
})

/**
 * Reads the answer of `GET /v3/certificates` (docs/wechat/pay-v3.md 1.6). The certificates in it are encrypted with the
 * APIv3 key, which only WeChat and the merchant have; around its change, with the old or the new one. The answer's own signature must also verify, with a certificate
 * of the list or with a key that we already hold. Throws `CertificatesUnavailable`.
 */
export function readCertificates(
  answer: RawAnswer,
  apiV3Keys: [Secret, ...Secret[]],
  heldKey: (serial: string) => KeyObject | undefined,
  now: Date,
): PlatformCertificate[] {
  if (answer.status !== 200) throw new CertificatesUnavailable(describeRefusal(answer))
  const list = openList(answer.body, apiV3Keys)
  const listed = new Map(list.map((entry) => [serialKey(entry.serialNo), publicKeyOf(entry)]))
  const verdict = verify(answer.headers, answer.body, (serial) => listed.get(serialKey(serial)) ?? heldKey(serial), now)
  if (!verdict.ok)
    throw new CertificatesUnavailable(`the certificate list does not verify: ${verdict.detail}`, 'signature')
  return list
}

function openList(body: Buffer, apiV3Keys: [Secret, ...Secret[]]): PlatformCertificate[] {
  const parsed = listSchema.safeParse(parseJson(body))
  if (!parsed.success) throw new CertificatesUnavailable('the certificate list is not readable')
  return parsed.data.data.map((entry) => {
    const certificate = {
      serialNo: entry.serial_no.toUpperCase(),
      certificate: openCertificate(apiV3Keys, entry.encrypt_certificate),
      effectiveAt: entry.effective_time,
      expiresAt: entry.expire_time,
    }
    if (serialKey(new X509Certificate(certificate.certificate).serialNumber) !== serialKey(entry.serial_no)) {
      throw new CertificatesUnavailable(`certificate ${entry.serial_no} carries another serial`)
    }
    return certificate
  })
}

function openCertificate(apiV3Keys: [Secret, ...Secret[]], sealed: SealedResource): string {
  let pem: string
  try {
    pem = openResourceByAny(apiV3Keys, sealed)
  } catch {
    // Almost always a wrong or changed APIv3 key (docs/wechat/pay-v3.md 1.6).
    throw new CertificatesUnavailable('the certificate list cannot be decrypted: is the APIv3 key right?', 'api_v3_key')
  }
  try {
    return new X509Certificate(pem).toString()
  } catch {
    throw new CertificatesUnavailable('the certificate list holds something that is not a certificate')
  }
}

/** The public key in a certificate. Throws when the text is not a certificate. */
export function publicKeyOf(entry: PlatformCertificate): KeyObject {
  return new X509Certificate(entry.certificate).publicKey
}

/** Serials are compared without case and leading zeros, which tools print differently. */
export function serialKey(serial: string): string {
  return serial.toUpperCase().replace(/^0+/, '')
}

function describeRefusal(answer: RawAnswer): string {
  const body = z.object({ code: z.string(), message: z.string() }).partial().safeParse(parseJson(answer.body))
  const said = body.success ? [body.data.code, body.data.message].filter(Boolean).join(' ') : ''
  return `the certificates could not be downloaded: ${answer.status} ${said}`.trim()
}
