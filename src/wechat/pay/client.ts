import type { Logger } from 'pino'
import type { Clock } from '../../plumbing/clock.ts'
import type { Wall } from '../../plumbing/walls/wall.ts'
import { payHosts, roomAt } from './hosts.ts'
import { lowerCased, NotificationRefused, openEnvelope } from './notification.ts'
import { checkPath, refuseSupplementary } from './pay-body.ts'
import { openPlatformKeys } from './platform-keys.ts'
import { acceptedReply, failureReply, isSuccess, refusalReply, unknownReply } from './reply.ts'
import { openSignedExchange } from './signed-exchange.ts'
import type { CertificateStore, PayClient, PayKeys, PayReply, PayRequest } from './types.ts'
import { carriesSignature } from './verification.ts'

export type { CertificateStore, PayClient, PayKeys } from './types.ts'

export type PayClientOptions = {
  /** Main and backup host, without a path. */
  mainUrl: string
  backupUrl: string
  wall: Wall
  clock: Clock
  log: Logger
  certificates: CertificateStore
}

/** Fifty times what WeChat documents for a send (~100 ms), and shorter than a lease of 10 s. */
const callTimeoutMs = 5_000
/** WeChat waits 5 s for the answer to a notification; a download of certificates must leave time to store it. */
const notificationTimeoutMs = 3_000

/**
 * Opens the client of one merchant number for WeChat Pay API v3. Keys are parsed here, once; throws when one is not
 * readable, without any part of the key in the message. No request is made before the first call.
 */
export function openPayClient(keys: PayKeys, options: PayClientOptions): PayClient {
  const hosts = payHosts(options)
  const exchange = openSignedExchange(keys, { ...options, hosts })
  const platformKeys = openPlatformKeys(keys, { ...options, exchange })

  async function call<T>(request: PayRequest): Promise<PayReply<T>> {
    checkPath(request.path)
    refuseSupplementary(request.form?.signed ?? request.body ?? '', 'body')
    const deadline = performance.now() + (request.timeoutMs ?? callTimeoutMs)
    const leftMs = (): number => Math.max(1, Math.ceil(deadline - performance.now()))

    const serial = await platformKeys.serialToName(leftMs())
    const { answer, failure, mayHaveArrived } = await exchange(request, serial, leftMs())
    if (failure) return { ...failureReply(failure), mayHaveArrived }

    const { status, headers, body } = answer
    if (!isSuccess(status)) {
      // WeChat's gateways refuse without a signature; a valid signature makes a refusal proof instead of advice.
      const proven = carriesSignature(headers) && (await platformKeys.verify(headers, body, leftMs())).ok
      return { ...refusalReply(answer, proven), mayHaveArrived }
    }
    if (request.mayBeUnsigned && !carriesSignature(headers)) return acceptedReply(answer)
    const verdict = await platformKeys.verify(headers, body, leftMs())
    return verdict.ok ? acceptedReply(answer) : unknownReply('unverified_answer', status, headers, verdict.detail)
  }

  return {
    mchid: keys.mchid,
    call,
    room: () => roomAt(options.wall, hosts),

    async openNotification(headers, rawBody) {
      const verdict = await platformKeys.verify(lowerCased(headers), rawBody, notificationTimeoutMs)
      if (!verdict.ok) throw new NotificationRefused(verdict.fault, verdict.detail)
      return openEnvelope(rawBody, keys.apiV3Key)
    },
  }
}
