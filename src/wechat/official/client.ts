import type { Logger } from 'pino'
import type { Clock } from '../../plumbing/clock.ts'
import type { Secret } from '../../plumbing/secrets/secret.ts'
import { openAccessTokens } from './access-token.ts'
import type { Wall } from '../../plumbing/walls/wall.ts'
import { askJson, heldBack } from './ask-json.ts'
import { type Activation, type MemberCard, readActivation, readCode, readMemberCard } from './cards.ts'
import { meaningOf } from './errcodes.ts'
import { readReply } from './read-reply.ts'
import { type JsTicket, readJsTicket } from './js-ticket.ts'
import type { OfficialReply } from './reply.ts'

export type { Activation, MemberCard } from './cards.ts'
export type { OfficialReply } from './reply.ts'

/** An Official Account's own calls to WeChat. None of them throws, or puts a token or secret into a reply. */
export type OfficialClient = {
  /**
   * The card code behind the landing page's `encrypt_code`, decoded once from the address
   * (docs/wechat/official-account.md 5.2).
   */
  decryptCardCode(encryptCode: string): Promise<OfficialReply<{ code: string }>>
  /** The card's member and its state: the proof of a card opening (docs/wechat/official-account.md 5.4). */
  readMemberCard(cardId: string, code: string): Promise<OfficialReply<MemberCard>>
  /**
   * Activates a card of the interface or jump type; `ok` means that it is active from now on
   * (docs/wechat/official-account.md 5.1).
   */
  activateMemberCard(card: { cardId: string; code: string; membershipNumber: string }): Promise<OfficialReply<object>>
  /** What the member filled in WeChat's form; refused with 72012 when the ticket has expired. */
  readActivation(activateTicket: string): Promise<OfficialReply<Activation>>
  /** A ticket with which pages are signed for WeChat's script; few calls are allowed (docs/wechat/official-account.md 3.1). */
  readJsTicket(): Promise<OfficialReply<JsTicket>>
}

export type OfficialClientOptions = { apiUrl: string; wall: Wall; clock: Clock; log: Logger }

/** Short, because a landing page waits for this call. */
const callTimeoutMs = 4_000

/** Opens the client of one Official Account. Keep it: it holds the access_token. */
export function openOfficialClient(
  account: { appid: string; appSecret: Secret },
  options: OfficialClientOptions,
): OfficialClient {
  const tokens = openAccessTokens(account, options)

  async function call<T>(
    path: string,
    body: object | undefined,
    read: (body: Record<string, unknown>) => OfficialReply<T>,
  ): Promise<OfficialReply<T>> {
    const reply = await callWithToken(path, body, 'repeat')
    const told = reply.kind === 'ok' ? read(reply.body) : reply
    if (told.kind === 'misconfigured')
      options.log.error({ appid: account.appid, path, ...told }, 'Official Account call refused')
    if (told.kind === 'later' && told.word !== heldBack)
      options.log.warn({ appid: account.appid, path, ...told }, 'Official Account call put off')
    return told
  }

  /**
   * A stale token is dropped, a new one is fetched, and the call is repeated once (docs/wechat/official-account.md 2).
   */
  async function callWithToken(
    path: string,
    body: object | undefined,
    stale: 'repeat' | 'give_up',
  ): Promise<OfficialReply<Record<string, unknown>>> {
    const token = await tokens.take()
    if (token.kind !== 'ok') return token
    const ask = {
      path: `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ access_token: token.body.reveal() })}`,
      ...(body && { body }),
      timeoutMs: callTimeoutMs,
    }
    const reply = readReply(await askJson(options.wall, options.apiUrl, ask))
    if (reply.kind !== 'misconfigured' || meaningOf(reply.errcode) !== 'token_stale') return reply
    tokens.drop(token.body)
    return stale === 'repeat' ? callWithToken(path, body, 'give_up') : reply
  }

  return {
    decryptCardCode: (encryptCode) => call('/card/code/decrypt', { encrypt_code: encryptCode }, readCode),
    readMemberCard: (cardId, code) => call('/card/membercard/userinfo/get', { card_id: cardId, code }, readMemberCard),
    activateMemberCard: ({ cardId, code, membershipNumber }) => {
      const body = { card_id: cardId, code, membership_number: membershipNumber }
      return call('/card/membercard/activate', body, () => ({ kind: 'ok', body: {} }))
    },
    readActivation: (ticket) =>
      call('/card/membercard/activatetempinfo/get', { activate_ticket: ticket }, readActivation),
    readJsTicket: () => call('/cgi-bin/ticket/getticket?type=jsapi', undefined, readJsTicket),
  }
}
