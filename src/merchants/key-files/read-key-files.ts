import { createPrivateKey, X509Certificate } from 'node:crypto'
import { type KeyFile, type KeyFileFault, mostFileBytes } from './key-file.ts'
import { type PemBlock, pemBlocks } from './pem-blocks.ts'
import { unzipKeyFiles } from './unzip.ts'

/** The PEM texts of what somebody gave us. Key and certificate are undefined together: only a public key was given. */
export type FoundKeys = {
  privateKey: string | undefined
  certificate: string | undefined
  publicKey: string | undefined
}

/**
 * Finds private key, merchant certificate and WeChat Pay public key in files and pasted text, whatever they are called
 * (docs/wechat/pay-v3.md 6): WeChat's zip, PEM files, or both. Whether they belong together is not checked here.
 */
export function readKeyFiles(given: KeyFile[]): FoundKeys | KeyFileFault {
  const files: KeyFile[] = []
  for (const file of given) {
    const inside = isZip(file) ? unzipKeyFiles(file.bytes) : file.bytes.length > mostFileBytes ? 'too_long' : [file]
    if (typeof inside === 'string') return inside
    files.push(...inside)
  }
  const [bags, texts] = [files.filter(isP12), files.filter((file) => !isP12(file))]
  const blocks = texts.flatMap(({ bytes }) => pemBlocks(Buffer.from(bytes).toString()))
  const ofKind = (kind: RegExp) => [...new Set(blocks.filter((one) => kind.test(one.kind)).map(({ pem }) => pem))]
  const [keys, publicKeys] = [ofKind(/^(RSA )?PRIVATE KEY$/), ofKind(/^PUBLIC KEY$/)]
  const certificates = ofKind(/^CERTIFICATE$/)
  const publicKey = publicKeys[0]
  if (keys.length === 0 && certificates.length === 0 && publicKey !== undefined && bags.length === 0)
    return { privateKey: undefined, certificate: undefined, publicKey }
  const [privateKey] = keys
  if (keys.length > 1) return 'several_keys'
  const ofMerchant = certificates.filter((pem) => !isOfPlatform(pem))
  if (certificates.length > 0 && ofMerchant.length === 0) return 'only_platform_certificate'
  if (privateKey === undefined) return noKey(blocks, bags)
  if (ofMerchant.length === 0) return 'no_certificate'
  return { privateKey, certificate: belongingTo(privateKey, ofMerchant), publicKey }
}

function noKey(blocks: PemBlock[], bags: KeyFile[]): KeyFileFault {
  if (blocks.some(({ kind }) => kind === 'ENCRYPTED PRIVATE KEY')) return 'key_encrypted'
  if (bags.length > 0 && blocks.length === 0) return 'only_p12'
  return blocks.length > 0 ? 'no_key' : 'nothing'
}

function isZip({ bytes }: KeyFile): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b
}

/** By its name, or by its bytes: a DER sequence of two length bytes. */
function isP12({ name, bytes }: KeyFile): boolean {
  return /\.(p12|pfx)$/i.test(name) || (bytes[0] === 0x30 && bytes[1] === 0x82)
}

/** WeChat's own certificates, which verify its answers, are Tenpay's; a merchant's names its number. */
function isOfPlatform(pem: string): boolean {
  return /^tenpay/i.test(commonNameOf(pem) ?? '')
}

/** Who a certificate is for; undefined when it names nobody or is not one. */
export function commonNameOf(pem: string): string | undefined {
  try {
    return /^CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1]
  } catch {
    return undefined
  }
}

function belongingTo(privateKey: string, certificates: string[]): string | undefined {
  try {
    const key = createPrivateKey(privateKey)
    return certificates.find((pem) => new X509Certificate(pem).checkPrivateKey(key)) ?? certificates[0]
  } catch {
    return certificates[0]
  }
}
