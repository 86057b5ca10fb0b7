import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Answer } from '../http.ts'
import type { Run } from '../routes.ts'
import { fault, type OfficialHandler } from './run-official.ts'

const lifeSeconds = 7_200

/** GET /cgi-bin/ticket/getticket: the same ticket until it is over (docs/wechat/official-account.md 3.1). */
export const getTicket: OfficialHandler = {
  needsToken: true,
  handle({ state, request, appid }) {
    if (request.query.get('type') !== 'jsapi') return fault(40097, 'invalid args')
    const now = state.clock.now().getTime()
    const known = state.jsTickets.get(appid)
    const ticket =
      known && known.until > now
        ? known
        : { ticket: randomBytes(43).toString('base64url'), until: now + lifeSeconds * 1_000 }
    state.jsTickets.set(appid, ticket)
    return { errcode: 0, errmsg: 'ok', ticket: ticket.ticket, expires_in: Math.floor((ticket.until - now) / 1_000) }
  },
}

const scriptFile = new URL('../views/jweixin.js', import.meta.url)

/** GET /open/js/jweixin-1.6.0.js: plays WeChat's script. Without an account's ticket it does as the real one: nothing. */
export const jsSdk: Run = () => javascript(readFileSync(scriptFile, 'utf8'))

/** GET /sandbox/js-config: WeChat's client checks a page's signature; the answer is a script, as the page allows it. */
export const checkJsConfig: Run = (state, { query, method, path, host }) => {
  const of = (name: string) => query.get(name) ?? ''
  const ticket = state.jsTickets.get(of('appId'))?.ticket ?? ''
  const text = `jsapi_ticket=${ticket}&noncestr=${of('nonceStr')}&timestamp=${of('timestamp')}&url=${of('url')}`
  const holds = ticket !== '' && createHash('sha1').update(text).digest('hex') === of('signature')
  const at = state.clock.now().toISOString()
  state.calls.add({
    at,
    endpoint: 'js_config',
    method,
    path,
    host,
    status: 200,
    ...(!holds && { code: 'invalid_signature' }),
  })
  return javascript(`window.sandboxWx(${holds})`)
}

/** A script as the answer, which a page of ours may load. */
export function javascript(body: string): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-store' },
    body,
  }
}
