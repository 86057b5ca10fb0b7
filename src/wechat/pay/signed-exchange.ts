import { release } from '../../plumbing/release.ts'
import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Clock } from '../../plumbing/clock.ts'
import type { Wall } from '../../plumbing/walls/wall.ts'
import type { Secret } from '../../plumbing/secrets/secret.ts'
import { exchange, type Exchange } from '../exchange.ts'
import type { PayHosts } from './hosts.ts'
import { authorization, makeNonce, requestMessage, sign } from './signature.ts'
import type { PayKeys, PayRequest } from './types.ts'

/**
 * Signs and sends a request to one host and, when that connection fails, once to the other; within `timeoutMs` in all.
 */
export type SignedExchange = (request: PayRequest, serial: string | undefined, timeoutMs: number) => Promise<Exchange>

const userAgent = `paycoupon/${release} (Node.js ${process.versions.node})`

/** A handshake takes well under half a second anywhere in China; after this time the other host is tried. */
const startLimitMs = 2_000

/** Parses the private key once. Throws when it is not one, without any part of the key in the message. */
export function openSignedExchange(
  keys: PayKeys,
  options: { hosts: PayHosts; wall: Wall; clock: Clock },
): SignedExchange {
  const privateKey = parsePrivateKey(keys.privateKey)
  const { main, backup } = options.hosts

  /** Each try has its own nonce, time and signature; the body is the same (docs/wechat/pay-v3.md 1.8). */
  async function signedHeaders(request: PayRequest, serial: string | undefined): Promise<Record<string, string>> {
    const timestamp = Math.floor(options.clock.now().getTime() / 1000).toString()
    const nonce = makeNonce()
    const message = requestMessage(
      request.method,
      request.path,
      timestamp,
      nonce,
      request.form?.signed ?? request.body ?? '',
    )
    const signature = await sign(message, privateKey)
    const headers: Record<string, string> = {
      authorization: authorization({
        dialect: keys.dialect,
        mchid: keys.mchid,
        serialNo: keys.serialNo,
        timestamp,
        nonce,
        signature,
      }),
      accept: 'application/json',
      'accept-language': 'zh-CN',
      'user-agent': userAgent,
    }
    if (serial !== undefined) headers['wechatpay-serial'] = serial
    if (request.body !== undefined) headers['content-type'] = 'application/json'
    if (request.form !== undefined) headers['content-type'] = request.form.contentType
    return headers
  }

  /**
   * One try at one host; undefined when signing took all the time. `share`: the part of the time that is left within
   * which the request must have started.
   */
  async function tryAt(origin: string, { request, serial, deadline }: Wanted, share: number) {
    const { method, path, form } = request
    const body = form?.bytes ?? request.body
    const headers = await signedHeaders(request, serial)
    const timeoutMs = Math.floor(deadline - performance.now())
    if (timeoutMs <= 0) return undefined
    const startMs = share < 1 ? Math.min(startLimitMs, timeoutMs * share) : timeoutMs
    return exchange(options.wall, { origin, method, path, headers, body }, { startMs, timeoutMs })
  }

  return async (request, serial, timeoutMs) => {
    const wanted = { request, serial, deadline: performance.now() + timeoutMs }
    const [first, second] = request.backup ? [backup, main] : [main, backup]

    // A host that accepts no connection must leave time for the other one.
    const tried = (await tryAt(first, wanted, 1 / 2)) ?? noTime
    if (!isConnectionFailure(tried)) return tried
    const again = await tryAt(second, wanted, 1)
    if (!again || again.failure?.heldBack) return tried
    // Whatever the other host answers, it is unknown whether the first one carried out the request.
    return tried.failure?.word === 'reset' ? { ...again, mayHaveArrived: true } : again
  }
}

type Wanted = { request: PayRequest; serial: string | undefined; deadline: number }

const noTime: Exchange = { failure: { word: 'unreachable', detail: 'no time left to send' } }

/** It failed before any answer began, so the other host may succeed. After a timeout there is no time left to try. */
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
