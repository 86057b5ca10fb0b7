import type { Clock } from '../../plumbing/clock.ts'
import { Secret } from '../../plumbing/secrets/secret.ts'
import type { Wall } from '../../plumbing/walls/wall.ts'
import { askJson } from './ask-json.ts'
import { readReply } from './read-reply.ts'
import type { OfficialReply } from './reply.ts'

export type AccessTokens = {
  /** The server's access_token, from memory or from WeChat. */
  take(): Promise<OfficialReply<Secret>>
  /** WeChat rejected `used`: forget it, unless a newer one has arrived meanwhile. */
  drop(used: Secret): void
}

const tokenTimeoutMs = 3_000
/** WeChat changes the token in its last 5 minutes; both are valid until the end (docs/wechat/official-account.md 2). */
const refreshEarlyMs = 300_000
/** WeChat promises at least 300 s; a token with less time left can still be used for a moment. */
const leastUseMs = 30_000

/**
 * The token of one Official Account, kept in this process's memory only: stable_token in its normal mode gives every
 * process the same token, so sharing it would only be one more place to steal it from. force_refresh is sent as false
 * because some requests without it were answered 41002, and never as true: another environment would lose its token.
 */
export function openAccessTokens(
  account: { appid: string; appSecret: Secret },
  options: { apiUrl: string; wall: Wall; clock: Clock },
): AccessTokens {
  let held: { token: Secret; untilMs: number } | undefined
  let coming: Promise<OfficialReply<Secret>> | undefined

  async function fetchToken(): Promise<OfficialReply<Secret>> {
    const secret = account.appSecret.reveal()
    const body = { grant_type: 'client_credential', appid: account.appid, secret, force_refresh: false }
    const path = '/cgi-bin/stable_token'
    const askedMs = options.clock.now().getTime()
    const reply = readReply(await askJson(options.wall, options.apiUrl, { path, body, timeoutMs: tokenTimeoutMs }))
    if (reply.kind !== 'ok') return reply
    const { access_token, expires_in } = reply.body
    if (typeof access_token !== 'string' || access_token === '') return { kind: 'later', word: 'unreadable_answer' }
    const token = new Secret(access_token)
    held = { token, untilMs: askedMs + Math.max((Number(expires_in) || 0) * 1_000 - refreshEarlyMs, leastUseMs) }
    return { kind: 'ok', body: token }
  }

  return {
    async take() {
      if (held && options.clock.now().getTime() < held.untilMs) return { kind: 'ok', body: held.token }
      coming ??= fetchToken().finally(() => (coming = undefined))
      return await coming
    },
    drop(used) {
      if (held?.token === used) held = undefined
    },
  }
}
