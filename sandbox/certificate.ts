import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A key pair with its X.509 certificate, all PEM; `serialNo` as WeChat writes it: 40 upper-case hex digits. */
export type KeyedCertificate = {
  serialNo: string
  certificate: string
  privateKey: string
  beginsAt: string
  endsAt: string
}

export type KeyPair = { publicKey: string; privateKey: string }

export function createKeyPair(bits = 2048): KeyPair {
  return generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

/**
 * A self-signed certificate with its key, valid for five years as WeChat's are (docs/wechat/pay-v3.md 1.5). The DER is
 * written here: it has about a dozen fixed fields, and Node can read certificates but not make them.
 */
export function createCertificate(options: { commonName: string; from: Date; bits?: number }): KeyedCertificate {
  const keys = createKeyPair(options.bits)
  const serial = randomBytes(20)
  // The first digit is 1 to 7: a positive number that keeps all 40 digits.
  serial[0] = 0x10 | (serial[0]! & 0x6f)
  const until = new Date(options.from)
  until.setUTCFullYear(until.getUTCFullYear() + 5)
  const name = sequence(set(sequence(oid('550403'), utf8(options.commonName))))
  const algorithm = sequence(oid('2a864886f70d01010b'), Buffer.from('0500', 'hex'))
  const facts = sequence(
    tag(0xa0, tag(0x02, Buffer.from([2]))),
    tag(0x02, serial),
    algorithm,
    name,
    sequence(time(options.from), time(until)),
    name,
    createPublicKey(keys.publicKey).export({ type: 'spki', format: 'der' }),
  )
  const signature = sign('RSA-SHA256', facts, keys.privateKey)
  const der = sequence(facts, algorithm, tag(0x03, Buffer.concat([Buffer.from([0]), signature])))
  return {
    serialNo: serial.toString('hex').toUpperCase(),
    certificate: pem(der),
    privateKey: keys.privateKey,
    beginsAt: options.from.toISOString(),
    endsAt: until.toISOString(),
  }
}

function tag(kind: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([kind]), length(content.length), content])
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size])
  if (size < 0x100) return Buffer.from([0x81, size])
  return Buffer.from([0x82, size >> 8, size & 0xff])
}

function sequence(...parts: Buffer[]): Buffer {
  return tag(0x30, Buffer.concat(parts))
}

function set(part: Buffer): Buffer {
  return tag(0x31, part)
}

function oid(hex: string): Buffer {
  return tag(0x06, Buffer.from(hex, 'hex'))
}

function utf8(text: string): Buffer {
  return tag(0x0c, Buffer.from(text))
}

/** UTCTime, `yymmddhhmmssZ`: right for every year before 2050. */
function time(at: Date): Buffer {
  return tag(0x17, Buffer.from(`${at.toISOString().replace(/\D/g, '').slice(2, 14)}Z`))
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g)!
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
