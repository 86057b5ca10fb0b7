import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../clock.ts'
import type { Secret } from '../../secret.ts'
import { exchange, type Exchange } from './exchange.ts'
import { authorization, makeNonce, requestMessage, sign } from './signature.ts'
import type { PayKeyMaterial, PayRequest } from './types.ts'

/** Sends a request signed, to one host and, when that connection fails, once to the other; within `timeoutMs` in all. */
export type SignedExchange = (request: PayRequest, serial: string | undefined, timeoutMs: number) => Promise<Exchange>

const userAgent = `paycoupon/0.1 (Node.js ${process.versions.node})`

/** Parses the private key once. Throws, without a word of the key, when it is not one. */
export function openSignedExchange(
  keys: PayKeyMaterial,
  options: { mainUrl: string; backupUrl: string; http: Dispatcher; clock: Clock },
): SignedExchange {
  const privateKey = parsePrivateKey(keys.privateKey)
  const main = originOf(options.mainUrl)
  const backup = originOf(options.backupUrl)

  /** Each try has its own nonce, time and signature; the body is the same (wechat/pay-v3.md 1.8). */
  async function send(
    origin: string,
    request: PayRequest,
    serial: string | undefined,
    deadline: number,
  ): Promise<Exchange> {
    const timestamp = Math.floor(options.clock.now().getTime() / 1000).toString()
    const nonce = makeNonce()
    const message = requestMessage(request.method, request.path, timestamp, nonce, request.body ?? '')
    const signature = await sign(message, privateKey)
    const headers: Record<string, string> = {
      authorization: authorization({ mchid: keys.mchid, serialNo: keys.serialNo, timestamp, nonce, signature }),
      accept: 'application/json',
      'accept-language': 'zh-CN',
      'user-agent': userAgent,
    }
    if (serial !== undefined) headers['wechatpay-serial'] = serial
    if (request.body !== undefined) headers['content-type'] = 'application/json'
    const leftMs = Math.max(1, Math.ceil(deadline - performance.now()))
    return exchange(
      options.http,
      { origin, method: request.method, path: request.path, headers, body: request.body },
      leftMs,
    )
  }

  return async (request, serial, timeoutMs) => {
    const deadline = performance.now() + timeoutMs
    const [first, second] = request.backup ? [backup, main] : [main, backup]
    const tried = await send(first, request, serial, deadline)
    if (!tried.failure || !isConnectionFailure(tried) || performance.now() >= deadline) return tried

    const again = await send(second, request, serial, deadline)
    // "Never left" is true only when it is true of both tries.
    if (again.failure?.word === 'unreachable' && tried.failure.word === 'reset') return tried
    return again
  }
}

/** It broke before any answer began, so another host may do better. A time limit that ran out leaves no time to try. */
function isConnectionFailure({ failure }: Exchange): boolean {
  return failure?.status === undefined && (failure?.word === 'unreachable' || failure?.word === 'reset')
}

function parsePrivateKey(pem: Secret): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem.reveal())
  } catch {
    throw new Error('the private key is not a readable PEM key')
  }
  if (key.asymmetricKeyType !== 'rsa') throw new Error('the private key is not an RSA key')
  return key
}

function originOf(url: string): string {
  const { origin, pathname } = new URL(url)
  // The signature covers the path, and WeChat's paths start at /v3.
  if (pathname !== '/') throw new Error(`a WeChat Pay address must have no path: ${url}`)
  return origin
}
