import type { Logger } from 'pino'
import type { Clock } from '../../plumbing/clock.ts'
import { within } from '../../plumbing/within.ts'
import { CertificatesUnavailable, certificatesPath, readCertificates } from './certificates.ts'
import { apiV3KeysAt } from './former-keys.ts'
import { openKeyRing } from './key-ring.ts'
import type { SignedExchange } from './signed-exchange.ts'
import type { HeaderBag } from '../exchange.ts'
import type { CertificateStore, PayKeys } from './types.ts'
import { verify, type Verdict } from './verification.ts'

/** Verifies what WeChat sends, and keeps the certificates for this loaded and fresh. */
export type PlatformKeys = {
  /**
   * The serial that a call's `Wechatpay-Serial` should name; downloads the certificates first when there is no key at
   * all.
   */
  serialToName(budgetMs: number): Promise<string | undefined>
  /**
   * Verifies. On an unknown serial it downloads the certificates once, unless the last download was too recent, and
   * verifies again.
   */
  verify(headers: HeaderBag, body: Buffer, budgetMs: number): Promise<Verdict>
}

/** A new certificate is listed well before it signs anything, so twice per day is often enough. */
const refreshEveryMs = 12 * 3_600_000
/** Anyone may send a notification with any serial: it must not make us ask WeChat each time. */
const pauseMs = 60_000
/** Sooner after a download that failed: without keys nothing can be trusted. */
const failedPauseMs = 5_000
/** A scheduled refresh that failed may wait: the keys that we hold still verify. */
const overduePauseMs = 600_000
/** The same as for any other call: WeChat answers this in about 100 ms. */
const downloadTimeoutMs = 5_000

export function openPlatformKeys(
  keys: PayKeys,
  options: { exchange: SignedExchange; certificates: CertificateStore; clock: Clock; log: Logger },
): PlatformKeys {
  const { clock, log } = options
  const ring = openKeyRing(keys, clock)
  // Merchant numbers that have only the public key get a 404 from /v3/certificates, so it is never called for them
  // (docs/wechat/pay-v3.md 1.6).
  const downloads = keys.publicKeyId === undefined
  let loaded = false
  let loading: Promise<void> | undefined
  let downloading: Promise<void> | undefined
  let notBefore = 0
  let dueAt = 0

  /** Loads the stored certificates, also in public-key mode: during the switch both kinds of signature arrive. */
  function load(): Promise<void> {
    loading ??= options.certificates
      .load()
      .then((list) => {
        loaded = true
        dueAt = now() + refreshEveryMs
        ring.hold(list)
      })
      .catch((error: unknown) =>
        log.warn({ err: error, mchid: keys.mchid }, 'stored platform certificates not readable'),
      )
      .finally(() => (loading = undefined))
    return loading
  }

  function refresh(): Promise<void> {
    downloading ??= download().finally(() => (downloading = undefined))
    return downloading
  }

  async function download(): Promise<void> {
    // The pauses after a failure; a success sets both further ahead.
    notBefore = now() + failedPauseMs
    dueAt = now() + overduePauseMs
    const got = await options.exchange({ method: 'GET', path: certificatesPath }, ring.best(), downloadTimeoutMs)
    if (got.failure)
      throw new CertificatesUnavailable(`the certificates could not be downloaded: ${got.failure.detail}`)
    ring.hold(readCertificates(got.answer, apiV3KeysAt(keys, clock.now()), ring.find, clock.now()))
    notBefore = now() + pauseMs
    dueAt = now() + refreshEveryMs
    await options.certificates.save(ring.certificates()).catch((error: unknown) => {
      log.warn({ err: error, mchid: keys.mchid }, 'platform certificates could not be stored')
    })
  }

  /**
   * Joins a running download or, unless the last one was too recent, starts one. Waits no longer than the budget and
   * never throws.
   */
  async function tryRefresh(budgetMs: number): Promise<void> {
    if (!downloading && now() < notBefore) return
    const done = refresh().catch((error: unknown) => {
      log.warn({ err: error, mchid: keys.mchid }, 'platform certificates not refreshed')
    })
    await atMost(budgetMs, done)
  }

  const now = (): number => clock.now().getTime()

  return {
    async serialToName(budgetMs) {
      if (!loaded) await atMost(budgetMs, load())
      if (!downloads) return ring.best()
      if (ring.best() === undefined) await tryRefresh(budgetMs)
      else if (now() >= dueAt) void tryRefresh(budgetMs)
      return ring.best()
    },

    async verify(headers, body, budgetMs) {
      if (!loaded) await atMost(budgetMs, load())
      const verdict = verify(headers, body, ring.find, clock.now(), keys.dialect?.answerTypes)
      if (verdict.ok || verdict.fault !== 'unknown_serial' || !downloads) return verdict
      await tryRefresh(budgetMs)
      return verify(headers, body, ring.find, clock.now())
    },
  }
}

/** Waits for `work`, which never rejects, but at most `budgetMs`; the work itself goes on. */
function atMost(budgetMs: number, work: Promise<void>): Promise<void> {
  return within(budgetMs, work).catch(() => undefined)
}
