import type { Logger } from 'pino'
import WeChatOAuth from 'wechat-oauth'
import type { Secret } from '../../plumbing/secrets/secret.ts'
import type { Wall } from '../../plumbing/walls/wall.ts'
import { askJson, heldBack } from './ask-json.ts'
import { errcodeOf, meaningOf, numberOf, ridOf } from './errcodes.ts'

/** The result of an OAuth code. A snapshot's member is made up by WeChat and is no real person. */
export type Exchanged =
  | { kind: 'member'; openid: string }
  | { kind: 'snapshot' }
  | { kind: 'code_used' }
  | { kind: 'later' }
  | { kind: 'misconfigured'; errcode: number }

export type OAuth = {
  /** The page that sends the browser back to `redirectUri` with a code and `state`, silently (snsapi_base). */
  authorizeUrl(a: { redirectUri: string; state: string }): string
  /** Asks WeChat once which member a code belongs to. Never throws, and returns no details beyond these kinds. */
  exchange(code: string): Promise<Exchanged>
}

export type OAuthOptions = { openUrl: string; apiUrl: string; wall: Wall; log: Logger }

/** Well below the time after which WeChat's browser repeats a slow callback (docs/wechat/official-account.md 1.6). */
export const exchangeTimeoutMs = 3_000

/**
 * Opens web login for an Official Account: wechat-oauth builds the address and the call and reads the answer; the
 * request is ours. This avoids the package's faults (docs/wechat/official-account.md 1.11): its hosts are fixed, an
 * empty answer ends the process, a 502 counts as a success, tokens accumulate in memory, and its errors contain the
 * AppSecret.
 */
export function openOAuth(account: { appid: string; appSecret: Secret }, options: OAuthOptions): OAuth {
  const oauth = new WeChatOAuth(account.appid, account.appSecret.reveal(), loadNothing, saveNothing)
  oauth.request = (url, { data }, callback) => {
    void request(options, url, data).then((body) => callback(null, body), callback)
  }
  return {
    authorizeUrl({ redirectUri, state }) {
      return options.openUrl + withoutOrigin(oauth.getAuthorizeURL(redirectUri, state, 'snsapi_base'))
    },
    exchange: (code) =>
      new Promise((resolve) => {
        // With an error the package also passes a raw body as if it were the token: the error decides.
        oauth.getAccessToken(code, (fault, token) => {
          resolve(fault ? readFault(fault, account.appid, options.log) : readMember(token?.data ?? {}))
        })
      }),
  }
}

function loadNothing(_: string, callback: (error: unknown) => void): void {
  callback(null)
}

/** We have no use for the member's own tokens: only the openid is kept (docs/wechat/official-account.md 1.5). */
function saveNothing(_: string, _token: unknown, callback: (error: unknown) => void): void {
  callback(null)
}

/** There was no readable answer. The error's text is one of our own words and contains nothing of the request. */
class NoAnswer extends Error {}

/**
 * The package's GET, on our hosts and connections. Always resolves with an object, because the package fails at
 * anything else.
 */
async function request(options: OAuthOptions, url: string, data: Record<string, string>): Promise<object> {
  const path = `${withoutOrigin(url)}?${new URLSearchParams(data)}`
  const { body, word } = await askJson(options.wall, options.apiUrl, { path, timeoutMs: exchangeTimeoutMs })
  if (!body) throw new NoAnswer(word)
  return { ...body, errcode: errcodeOf(body) }
}

function withoutOrigin(url: string): string {
  return url.slice(new URL(url).origin.length)
}

function readMember({ openid, is_snapshotuser }: Record<string, unknown>): Exchanged {
  if (numberOf(is_snapshotuser ?? 0) !== 0) return { kind: 'snapshot' }
  return typeof openid === 'string' && openidShape.test(openid) ? { kind: 'member', openid } : { kind: 'later' }
}

/** Letters, digits, `-` and `_`, 28 in practice; our tables hold up to 128. */
export const openidShape = /^[0-9A-Za-z_-]{1,128}$/

/** The log gets only the errcode and the rid; the package's error itself is not passed on. */
function readFault(fault: unknown, appid: string, log: Logger): Exchanged {
  if (fault instanceof NoAnswer) {
    if (fault.message !== heldBack) log.warn({ appid, word: fault.message }, 'OAuth exchange had no answer')
    return { kind: 'later' }
  }
  const { code, message } = fault as Error & { code?: unknown }
  const errcode = numberOf(code)
  const seen = { appid, errcode, rid: ridOf({ errmsg: message }) }
  const meaning = meaningOf(errcode)
  if (meaning === 'code_used') return { kind: 'code_used' }
  if (meaning === 'later') {
    log.warn(seen, 'OAuth exchange put off by WeChat')
    return { kind: 'later' }
  }
  log.error(seen, 'OAuth exchange refused: check appid, AppSecret, allow list and permissions of the Official Account')
  return { kind: 'misconfigured', errcode }
}
