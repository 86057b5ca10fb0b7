import { operatorTimeoutMs } from '../../operator-patience.ts'
import { CertificatesUnavailable, certificatesPath, readCertificates } from './certificates.ts'
import { openPayClient, type PayClientOptions } from './client.ts'
import { favor } from './favor-path.ts'
import { payHosts } from './hosts.ts'
import { failureReply, refusalReply } from './reply.ts'
import { openSignedExchange } from './signed-exchange.ts'
import { type KeyFault, keyFaultOf } from './key-fault.ts'
import type { PayKeys, PayReply, PlatformCertificate } from './types.ts'

/** What a call with these keys proved, or why they cannot be used; `said`: WeChat's own words, if any. */
export type Proof = { fault?: undefined; certificates: PlatformCertificate[] } | { fault: KeyFault; said: string }

/**
 * Makes one signed call with keys that nobody uses yet (docs/wechat/pay-v3.md 6). Without a public key it is the list of
 * platform certificates, which only the right APIv3 key opens; with one, the number's own stocks, whose answer the
 * public key must verify. Number, serial, private key and clock are proven by either. Nothing is changed at WeChat.
 */
export async function proveKeys(keys: PayKeys, options: Omit<PayClientOptions, 'certificates'>): Promise<Proof> {
  const ask = keys.publicKeyId === undefined ? byCertificates : byPublicKey
  const proof = await ask(keys, options)
  // A small share of answers is signed wrongly on purpose (docs/wechat/pay-v3.md 1.4).
  return proof.fault === 'unverified' ? ask(keys, options) : proof
}

type Options = Parameters<typeof proveKeys>[1]

async function byCertificates(keys: PayKeys, options: Options): Promise<Proof> {
  const exchange = openSignedExchange(keys, { ...options, hosts: payHosts(options) })
  const got = await exchange({ method: 'GET', path: certificatesPath }, undefined, operatorTimeoutMs)
  if (got.failure) return faultOf(failureReply(got.failure), options)
  const { answer } = got
  if (answer.status !== 200) {
    const reply = refusalReply(answer, false)
    return reply.status === 404 ? { fault: 'no_certificates', said: reply.message } : faultOf(reply, options)
  }
  try {
    return { certificates: readCertificates(answer, [keys.apiV3Key], () => undefined, options.clock.now()) }
  } catch (error) {
    if (!(error instanceof CertificatesUnavailable)) throw error
    return { fault: error.fault === 'api_v3_key' ? 'api_v3_key' : 'unverified', said: '' }
  }
}

async function byPublicKey(keys: PayKeys, options: Options): Promise<Proof> {
  const nothingKept = { load: async () => [], save: async () => undefined }
  const client = openPayClient(keys, { ...options, certificates: nothingKept })
  const query = new URLSearchParams({ offset: '0', limit: '1', stock_creator_mchid: keys.mchid })
  const reply = await client.call({ method: 'GET', path: `${favor}/stocks?${query}`, timeoutMs: operatorTimeoutMs })
  if (reply.kind === 'ok') return { certificates: [] }
  const { fault, said } = faultOf(reply, options)
  if (fault !== 'refused' || reply.kind !== 'refusal') return { fault, said }
  // WeChat knew whom it refused; only a signature that verifies shows that the public key is right.
  return reply.proven ? { certificates: [] } : { fault: 'unsigned', said }
}

function faultOf(reply: Exclude<PayReply<unknown>, { kind: 'ok' }>, { clock }: Options) {
  const said =
    reply.kind === 'unknown' ? reply.word : reply.code ? `${reply.code} ${reply.message}` : `HTTP ${reply.status}`
  return { fault: keyFaultOf(reply, clock.now()), said }
}
