import type { Logger } from 'pino'
import type { Clock } from '../../plumbing/clock.ts'
import { CertificatesUnavailable, certificatesPath, readCertificates } from './certificates.ts'
import { openKeyRing } from './key-ring.ts'
import type { SignedExchange } from './signed-exchange.ts'
import type { CertificateStore, HeaderBag, PayKeyMaterial } from './types.ts'
import { verify, type Verdict } from './verification.ts'

/** Verifies what WeChat sends, and keeps the certificates that this needs at hand and fresh. */
export type PlatformKeys = {
  /** What `Wechatpay-Serial` of a call should name; downloads the certificates first when there is no key at all. */
  serialToName(budgetMs: number): Promise<string | undefined>
  /** Verifies; on an unknown serial downloads the certificates once, if it is time, and verifies again. */
  verify(headers: HeaderBag, body: Buffer, budgetMs: number): Promise<Verdict>
  /** Downloads now, joining a download under way; nothing in public-key mode. Throws `CertificatesUnavailable`. */
  refresh: () => Promise<void>
}

/** A new certificate is listed well before it signs anything, so twice a day is early enough. */
const refreshEveryMs = 12 * 3_600_000
/** Strangers may name any serial they like in a notification: they must not make us ask WeChat each time. */
const pauseMs = 60_000
/** After a download that failed, sooner: without keys nothing is believed. */
const failedPauseMs = 5_000
/** A refresh that was only due and failed may wait: what is held still verifies. */
const overduePauseMs = 600_000
/** As for any other call: WeChat answers this in about 100 ms. */
const downloadTimeoutMs = 5_000

export function openPlatformKeys(
  keys: PayKeyMaterial,
  options: { exchange: SignedExchange; certificates: CertificateStore; clock: Clock; log: Logger },
): PlatformKeys {
  const { clock, log } = options
  const ring = openKeyRing(keys, clock)
  // Merchant numbers that have only the public key get 404 from /v3/certificates: it is never called for them
  // (docs/wechat/pay-v3.md 1.6).
  const downloads = keys.publicKeyId === undefined
  let loaded = false
  let loading: Promise<void> | undefined
  let downloading: Promise<void> | undefined
  let notBefore = 0
  let dueAt = 0

  /** What the store still has, also in public-key mode: during the switch both kinds of signature arrive. */
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
    if (!downloads) return Promise.resolve()
    downloading ??= download().finally(() => (downloading = undefined))
    return downloading
  }

  async function download(): Promise<void> {
    // For the failure that may come; a success sets both further.
    notBefore = now() + failedPauseMs
    dueAt = now() + overduePauseMs
    const got = await options.exchange({ method: 'GET', path: certificatesPath }, ring.best(), downloadTimeoutMs)
    if (got.failure)
      throw new CertificatesUnavailable(`the certificates could not be downloaded: ${got.failure.detail}`)
    ring.hold(readCertificates(got.answer, keys.apiV3Key, ring.find, clock.now()))
    notBefore = now() + pauseMs
    dueAt = now() + refreshEveryMs
    await options.certificates.save(ring.certificates()).catch((error: unknown) => {
      log.warn({ err: error, mchid: keys.mchid }, 'platform certificates could not be stored')
    })
  }

  /** Joins a download or, when it is time, starts one; waits no longer than the budget and never throws. */
  async function tryRefresh(budgetMs: number): Promise<void> {
    if (!downloading && now() < notBefore) return
    const done = refresh().catch((error: unknown) => {
      log.warn({ err: error, mchid: keys.mchid }, 'platform certificates not refreshed')
    })
    await within(done, budgetMs)
  }

  const now = (): number => clock.now().getTime()

  return {
    async serialToName(budgetMs) {
      if (!loaded) await within(load(), budgetMs)
      if (!downloads) return ring.best()
      if (ring.best() === undefined) await tryRefresh(budgetMs)
      else if (now() >= dueAt) void tryRefresh(budgetMs)
      return ring.best()
    },

    async verify(headers, body, budgetMs) {
      if (!loaded) await within(load(), budgetMs)
      const verdict = verify(headers, body, ring.find, clock.now())
      if (verdict.ok || verdict.fault !== 'unknown_serial' || !downloads) return verdict
      await tryRefresh(budgetMs)
      return verify(headers, body, ring.find, clock.now())
    },

    refresh,
  }
}

/** Waits for the work, but not longer than that; the work itself goes on. */
async function within(work: Promise<void>, budgetMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.max(0, budgetMs))))
  await Promise.race([work, timeUp])
  clearTimeout(timer)
}
