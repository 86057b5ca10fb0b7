import type { Clock } from '../../plumbing/clock.ts'
import { Secret } from '../../plumbing/secrets/secret.ts'
import type { Wall } from '../../plumbing/walls/wall.ts'
import { askJson, type JsonAnswer } from './ask-json.ts'
import { numberOf } from './errcodes.ts'
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

type Credentials = { appid: string; appSecret: Secret }

/**
 * Asks WeChat for the account's token in stable_token's normal mode (docs/wechat/official-account.md 2). force_refresh is
 * sent as false because some requests without it were answered 41002, and never as true: another environment would lose
 * its token.
 */
export function askStableToken(
  { appid, appSecret }: Credentials,
  { apiUrl, wall }: { apiUrl: string; wall: Wall },
): Promise<JsonAnswer> {
  const body = { grant_type: 'client_credential', appid, secret: appSecret.reveal(), force_refresh: false }
  return askJson(wall, apiUrl, { path: '/cgi-bin/stable_token', body, timeoutMs: tokenTimeoutMs })
}

/**
 * The token of one Official Account, kept in this process's memory only: the normal mode gives every process the same
 * token, so sharing it would only be one more place to steal it from.
 */
export function openAccessTokens(
  account: Credentials,
  options: { apiUrl: string; wall: Wall; clock: Clock },
): AccessTokens {
  let held: { token: Secret; untilMs: number } | undefined
  let coming: Promise<OfficialReply<Secret>> | undefined

  async function fetchToken(): Promise<OfficialReply<Secret>> {
    const askedMs = options.clock.now().getTime()
    const reply = readReply(await askStableToken(account, options))
    if (reply.kind !== 'ok') return reply
    const { access_token, expires_in } = reply.body
    if (typeof access_token !== 'string' || access_token === '') return { kind: 'later', word: 'unreadable_answer' }
    const token = new Secret(access_token)
    held = { token, untilMs: askedMs + Math.max((numberOf(expires_in) || 0) * 1_000 - refreshEarlyMs, leastUseMs) }
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
