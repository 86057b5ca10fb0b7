import { createHash } from 'node:crypto'
import type { Clock } from '../../plumbing/clock.ts'
import { Secret } from '../../plumbing/secrets/secret.ts'
import { numberOf } from './errcodes.ts'
import type { OfficialReply } from './reply.ts'

export type JsTicket = { ticket: Secret; lifeMs: number }

/** The ticket with which pages are signed for WeChat's script; asks at most once at a time. */
export type JsTickets = {
  /** The ticket from memory, at once; undefined while there is none. A missing or old one is fetched meanwhile. */
  held(ask: () => Promise<OfficialReply<JsTicket>>): Secret | undefined
}

/** As with the access token; the old ticket stays valid until its end (docs/wechat/official-account.md 3.1). */
const refreshEarlyMs = 300_000
/** WeChat allows few calls and publishes no figure: after a failure nobody asks for a while. */
const pauseMs = { later: 60_000, refusal: 600_000, misconfigured: 600_000 }

/** Opens the memory of one Official Account's ticket. */
export function openJsTickets(clock: Clock): JsTickets {
  let held: { ticket: Secret; freshUntilMs: number; endsMs: number } | undefined
  let askAgainMs = -Infinity
  let isAsking = false

  async function refresh(ask: () => Promise<OfficialReply<JsTicket>>): Promise<void> {
    const askedMs = clock.now().getTime()
    const reply = await ask()
    if (reply.kind !== 'ok') return void (askAgainMs = askedMs + pauseMs[reply.kind])
    const { ticket, lifeMs } = reply.body
    held = { ticket, freshUntilMs: askedMs + lifeMs - refreshEarlyMs, endsMs: askedMs + lifeMs }
    askAgainMs = askedMs + pauseMs.later
  }

  return {
    held(ask) {
      const nowMs = clock.now().getTime()
      const isDue = (!held || nowMs >= held.freshUntilMs) && nowMs >= askAgainMs
      if (isDue && !isAsking) {
        isAsking = true
        void refresh(ask).finally(() => (isAsking = false))
      }
      return held && nowMs < held.endsMs ? held.ticket : undefined
    },
  }
}

/** The answer of `getticket`. */
export function readJsTicket({ ticket, expires_in }: Record<string, unknown>): OfficialReply<JsTicket> {
  if (typeof ticket !== 'string' || ticket === '') return { kind: 'later', word: 'unreadable_answer' }
  return { kind: 'ok', body: { ticket: new Secret(ticket), lifeMs: (numberOf(expires_in) || 0) * 1_000 } }
}

/** The signature of a page for `wx.config`: `url` as its browser shows it, without a fragment. */
export function pageSignature(ticket: Secret, page: { nonce: string; timestamp: number; url: string }): string {
  const text = `jsapi_ticket=${ticket.reveal()}&noncestr=${page.nonce}&timestamp=${page.timestamp}&url=${page.url}`
  return createHash('sha1').update(text).digest('hex')
}
