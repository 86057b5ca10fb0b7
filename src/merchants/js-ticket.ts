import { kept } from '../plumbing/cache.ts'
import type { Secret } from '../plumbing/secrets/secret.ts'
import type { Services } from '../services.ts'
import { type JsTickets, openJsTickets } from '../wechat/official/js-ticket.ts'
import type { Merchant } from './merchant.ts'

/** By appid: merchants with one Official Account have one ticket. */
const tickets = kept<string, JsTickets>({ most: 4_000 })

/** The ticket of the merchant's Official Account; never waits for WeChat, and undefined until it has answered. */
export function jsTicketOf({ cache, clock, official }: Services, merchant: Merchant): Secret | undefined {
  const held = cache.make(tickets, merchant.officialAccount.appid, () => openJsTickets(clock))
  return held.held(() => official(merchant).readJsTicket())
}
