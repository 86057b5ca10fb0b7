import type { Dispatcher } from 'undici'
import type { Logger } from 'pino'
import WeChatOAuth from 'wechat-oauth'
import type { Secret } from '../plumbing/secrets/secret.ts'
import { askJson } from './official/ask-json.ts'
import { errcodeOf, meaningOf, ridOf } from './official/errcodes.ts'

/** What became of an OAuth code. A snapshot's member is made up by WeChat and is nobody. */
export type Exchanged =
  | { kind: 'member'; openid: string }
  | { kind: 'snapshot' }
  | { kind: 'code_used' }
  | { kind: 'later' }
  | { kind: 'misconfigured'; errcode: number }

export type OAuth = {
  /** The page that sends the browser back to `redirectUri` with a code and `state`, silently (snsapi_base). */
  authorizeUrl(a: { redirectUri: string; state: string }): string
  /** Asks WeChat once who a code stands for. Never throws, and never says more than the kinds above. */
  exchange(code: string): Promise<Exchanged>
}

export type OAuthOptions = { openUrl: string; apiUrl: string; http: Dispatcher; log: Logger }

/**
 * Well under the patience of WeChat's browser, which repeats a callback that is slow
 * (docs/wechat/official-account.md 1.6).
 */
export const exchangeTimeoutMs = 3_000

/**
 * Opens web login for an Official Account: wechat-oauth builds the address and the call and reads the answer; the request
 * is ours. What the package does wrong is kept out (docs/wechat/official-account.md 1.11): its hosts are fixed, an
 * empty answer ends the process, a 502 is a success, tokens pile up in memory, and its errors hold the AppSecret.
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
        // Beside an error the package hands over a raw body as if it were the token: the error decides.
        oauth.getAccessToken(code, (fault, token) => {
          resolve(fault ? readFault(fault, account.appid, options.log) : readMember(token?.data ?? {}))
        })
      }),
  }
}

function loadNothing(_: string, callback: (error: unknown) => void): void {
  callback(null)
}

/**
 * The member's own tokens are of no use to us; nothing but the openid is kept (docs/wechat/official-account.md 1.5).
 */
function saveNothing(_: string, _token: unknown, callback: (error: unknown) => void): void {
  callback(null)
}

/** No answer that could be read. Its text is one of our own words: nothing of the request is in it. */
class NoAnswer extends Error {}

/** The package's GET, on our hosts and connections. Resolves with an object always, which is all that the package can bear. */
async function request(options: OAuthOptions, url: string, data: Record<string, string>): Promise<object> {
  const path = `${withoutOrigin(url)}?${new URLSearchParams(data)}`
  const { body, word } = await askJson(options.http, options.apiUrl, { path, timeoutMs: exchangeTimeoutMs })
  if (!body) throw new NoAnswer(word)
  return { ...body, errcode: errcodeOf(body) }
}

function withoutOrigin(url: string): string {
  return url.slice(new URL(url).origin.length)
}

function readMember({ openid, is_snapshotuser }: Record<string, unknown>): Exchanged {
  if (Number(is_snapshotuser ?? 0) !== 0) return { kind: 'snapshot' }
  return typeof openid === 'string' && openidShape.test(openid) ? { kind: 'member', openid } : { kind: 'later' }
}

/** Letters, digits, `-` and `_`, 28 in practice; 128 is what our tables hold. */
const openidShape = /^[0-9A-Za-z_-]{1,128}$/

/** The log gets the number and the rid only; the package's error itself goes no further. */
function readFault(fault: unknown, appid: string, log: Logger): Exchanged {
  if (fault instanceof NoAnswer) {
    log.warn({ appid, word: fault.message }, 'OAuth exchange had no answer')
    return { kind: 'later' }
  }
  const { code, message } = fault as Error & { code?: unknown }
  const errcode = Number(code)
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
