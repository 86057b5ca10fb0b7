import type { SandboxState } from '../state.ts'
import { fault, type OfficialHandler } from './run-official.ts'

/**
 * GET /sns/oauth2/access_token: exchanges a code for its owner's openid, once (docs/wechat/official-account.md 1.4).
 */
export const exchangeCode: OfficialHandler = {
  needsToken: false,
  handle({ state, request: { query } }) {
    const appid = query.get('appid') ?? ''
    const refusal = credentialFault(state, appid, query.get('secret') ?? '')
    if (refusal) return refusal
    if (query.get('grant_type') !== 'authorization_code') return fault(40002, 'invalid grant_type')
    const code = query.get('code')
    if (!code) return fault(41008, 'missing code')
    const exchanged = state.codes.exchange(code, appid)
    if (exchanged.kind === 'used') return fault(40163, 'code been used')
    if (exchanged.kind === 'invalid') return fault(40029, 'invalid code')
    const { openid, scope, snapshot } = exchanged.owner
    return {
      access_token: `user-${code}`,
      expires_in: 7200,
      refresh_token: `refresh-${code}`,
      openid,
      scope,
      ...(snapshot && { is_snapshotuser: 1 }),
    }
  },
}

/** POST /cgi-bin/stable_token (docs/wechat/official-account.md 2). */
export const stableToken: OfficialHandler = {
  needsToken: false,
  handle({ state, body }) {
    const appid = String(body.appid ?? '')
    const refusal = credentialFault(state, appid, String(body.secret ?? ''))
    if (refusal) return refusal
    if (body.grant_type !== 'client_credential') return fault(40002, 'invalid grant_type')
    const { token, expiresIn } = state.tokens.stable(appid, body.force_refresh === true)
    return { access_token: token, expires_in: expiresIn }
  },
}

/** GET /cgi-bin/token, the older call, where a new token ends the one before. */
export const classicToken: OfficialHandler = {
  needsToken: false,
  handle({ state, request: { query } }) {
    const appid = query.get('appid') ?? ''
    const refusal = credentialFault(state, appid, query.get('secret') ?? '')
    if (refusal) return refusal
    if (query.get('grant_type') !== 'client_credential') return fault(40002, 'invalid grant_type')
    const { token, expiresIn } = state.tokens.classic(appid)
    return { access_token: token, expires_in: expiresIn }
  },
}

function credentialFault(state: SandboxState, appid: string, secret: string): object | undefined {
  const merchant = state.world.merchants.find((each) => each.officialAccount.appid === appid)
  if (!merchant) return fault(40013, 'invalid appid')
  return merchant.officialAccount.appSecret === secret ? undefined : fault(40125, 'invalid appsecret')
}
