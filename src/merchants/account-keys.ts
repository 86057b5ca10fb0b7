import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { PlatformCertificate } from '../wechat/pay/types.ts'
import { readSerial } from './serial.ts'
import { certificateEnd } from './certificate-end.ts'

/** An account's keys in the merchant file: PEM texts, except the serial, the ids and the APIv3 key. */
export type KeyEntry = {
  mchid: string
  role: 'sender' | 'provider'
  serial_no?: string | undefined
  certificate?: string | undefined
  private_key?: string | undefined
  api_v3_key?: string | undefined
  public_key_id?: string | undefined
  public_key?: string | undefined
  platform_certificates?: string[] | undefined
}

/** The keys of an account that belong together, and what the operator should know about them. */
export type AccountKeys = {
  serialNo: string
  privateKey: string
  apiV3Key: string
  certificate: string | undefined
  platformCertificates: PlatformCertificate[]
  warnings: string[]
}

type Read = { keys: AccountKeys | undefined; faults: string[] }

const modulusBitsAtLeast = 2_048

/**
 * Checks the keys of an account in the file (docs/wechat/pay-v3.md 6): the private key and the certificate belong
 * together, the certificate is in date, the serial is the certificate's, and `public_key` comes with its id. Faults
 * name the field, never a value.
 */
export function readAccountKeys(entry: KeyEntry, now: Date): Read {
  const faults = pairFaults(entry)
  const platform = readPlatformCertificates(entry.platform_certificates ?? [])
  faults.push(...platform.faults)
  if (isOnlyANumber(entry)) {
    if (entry.role === 'sender')
      faults.push('private_key: a sender needs private_key, api_v3_key and serial_no or certificate')
    return { keys: undefined, faults }
  }
  const privateKey = readPrivateKey(entry.private_key)
  const certificate = readCertificate(entry.certificate)
  if (typeof privateKey === 'string') faults.push(`private_key: ${privateKey}`)
  if (typeof certificate === 'string') faults.push(`certificate: ${certificate}`)
  if (!entry.api_v3_key) faults.push('api_v3_key: is missing')
  const serial = readSerial(entry.serial_no, certificate instanceof X509Certificate ? certificate : undefined)
  if (serial.fault) faults.push(`serial_no: ${serial.fault}`)
  if (certificate instanceof X509Certificate) faults.push(...certificateFaults(certificate, privateKey, now))
  if (faults.length > 0) return { keys: undefined, faults }
  const keys = {
    serialNo: serial.serialNo,
    privateKey: entry.private_key!,
    apiV3Key: entry.api_v3_key!,
    certificate: entry.certificate,
    platformCertificates: platform.certificates,
    warnings: certificate instanceof X509Certificate ? certificateWarnings(certificate, entry.mchid, now) : [],
  }
  return { keys, faults }
}

function isOnlyANumber(entry: KeyEntry): boolean {
  return !entry.private_key && !entry.api_v3_key && !entry.serial_no && !entry.certificate
}

function pairFaults(entry: KeyEntry): string[] {
  if (entry.public_key && !entry.public_key_id)
    return ['public_key_id: is missing: public_key comes with its PUB_KEY_ID_…']
  if (entry.public_key_id && !entry.public_key) return ['public_key: is missing: public_key_id comes with its PEM']
  if (entry.public_key && !publicKeyOf(entry.public_key)) return ['public_key: is not an RSA public key in PEM']
  return []
}

function publicKeyOf(pem: string): KeyObject | undefined {
  try {
    const key = pem.includes('PUBLIC KEY') ? createPublicKey(pem) : undefined
    return key?.asymmetricKeyType === 'rsa' ? key : undefined
  } catch {
    return undefined
  }
}

/** The key, or what is wrong with it. */
function readPrivateKey(pem: string | undefined): KeyObject | string {
  if (!pem) return 'is missing'
  try {
    const key = createPrivateKey(pem)
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    return key.asymmetricKeyType === 'rsa' && bits >= modulusBitsAtLeast
      ? key
      : 'must be an RSA key of 2048 bits or more'
  } catch {
    return 'is not a private key in PEM (apiclient_key.pem)'
  }
}

function readCertificate(pem: string | undefined): X509Certificate | string | undefined {
  if (!pem) return undefined
  try {
    return new X509Certificate(pem)
  } catch {
    return 'is not a certificate in PEM (apiclient_cert.pem)'
  }
}

function certificateFaults(certificate: X509Certificate, privateKey: KeyObject | string, now: Date): string[] {
  const faults: string[] = []
  if (typeof privateKey !== 'string' && !certificate.checkPrivateKey(privateKey)) {
    faults.push('certificate: does not belong to private_key')
  }
  if (new Date(certificate.validTo) <= now) faults.push('certificate: has expired')
  if (new Date(certificate.validFrom) > now) faults.push('certificate: is not valid yet')
  return faults
}

function certificateWarnings(certificate: X509Certificate, mchid: string, now: Date): string[] {
  const { date, days, isNear } = certificateEnd(certificate, now)
  const warnings: string[] = []
  if (isNear) warnings.push(`its certificate ends in ${days} days, on ${date}`)
  const [, commonName] = /^CN=(.*)$/m.exec(certificate.subject) ?? []
  // The name is usually the merchant number, but WeChat's documents do not promise it.
  if (commonName !== mchid) warnings.push('its certificate does not name this merchant number')
  return warnings
}

function readPlatformCertificates(pems: string[]): { certificates: PlatformCertificate[]; faults: string[] } {
  const read = pems.map((pem) => ({ pem, certificate: readCertificate(pem) }))
  const faults = read.flatMap(({ certificate }, index) =>
    certificate instanceof X509Certificate ? [] : [`platform_certificates[${index}]: is not a certificate in PEM`],
  )
  const certificates = read.flatMap(({ pem, certificate }) =>
    certificate instanceof X509Certificate ? [platformCertificate(pem, certificate)] : [],
  )
  return { certificates, faults }
}

function platformCertificate(pem: string, certificate: X509Certificate): PlatformCertificate {
  return {
    serialNo: certificate.serialNumber.toUpperCase(),
    certificate: pem,
    effectiveAt: new Date(certificate.validFrom),
    expiresAt: new Date(certificate.validTo),
  }
}
