import { randomBytes, sign, type KeyObject } from 'node:crypto'
import type { FaultEffect } from '../fault-table.ts'
import type { SandboxState } from '../state.ts'
import type { WorldAccount } from '../world.ts'

export type Spoil = (FaultEffect & { act: 'spoil' })['how']

export type SignOptions = {
  account: WorldAccount
  /** The `Wechatpay-Serial` that the request named. */
  wanted?: string | undefined
  spoil?: Spoil | undefined
  /** How far the timestamp is off, with the `clock` fault. */
  skewMs?: number | undefined
}

const skewDefaultMs = 10 * 60_000
/** Real probes have this before random text: it is not base64, so it never verifies (docs/wechat/pay-v3.md 1.4). */
const probePrefix = 'WECHATPAY/SIGNTEST/'

/**
 * The headers that prove that a body is WeChat's, for answers and notifications alike (docs/wechat/pay-v3.md 1.4, 1.5).
 * The RSA work is done on Node's thread pool.
 */
export async function signatureHeaders(
  state: SandboxState,
  body: string,
  options: SignOptions,
): Promise<Record<string, string>> {
  const { spoil } = options
  if (spoil === 'unsigned') return {}
  const { serial, key } = signingKey(state, options.account, options.wanted)
  const skewMs = spoil === 'clock' ? (options.skewMs ?? skewDefaultMs) : 0
  const timestamp = String(Math.floor((state.clock.now().getTime() + skewMs) / 1000))
  const nonce = randomBytes(16).toString('hex')
  const signature = await signAsync(`${timestamp}\n${nonce}\n${body}\n`, key)
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': spoil === 'serial' ? randomBytes(20).toString('hex').toUpperCase() : serial,
    'Wechatpay-Signature': spoiledSignature(signature, spoil),
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
  }
}

function signingKey(state: SandboxState, account: WorldAccount, wanted: string | undefined) {
  const { platform } = state.world
  const isPublicKey =
    account.keyMode === 'public_key' || (account.keyMode === 'both' && wanted === platform.publicKeyId)
  if (isPublicKey) return { serial: platform.publicKeyId, key: state.privateKey(platform.publicKeyPrivateKey) }
  const named = platform.certificates.find((each) => each.serialNo === wanted)
  const certificate = named ?? platform.certificates.at(-1)!
  return { serial: certificate.serialNo, key: state.privateKey(certificate.privateKey) }
}

function signAsync(message: string, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign('RSA-SHA256', Buffer.from(message), key, (fault, signature) => (fault ? reject(fault) : resolve(signature)))
  })
}

function spoiledSignature(signature: Buffer, spoil: Spoil | undefined): string {
  if (spoil === 'signtest') return probePrefix + randomBytes(192).toString('base64')
  if (spoil === 'signature') signature[0]! ^= 0xff
  return signature.toString('base64')
}
