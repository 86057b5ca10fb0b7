import { type Cache, kept } from '../plumbing/cache.ts'
import type { Clock } from '../plumbing/clock.ts'
import type { Secret } from '../plumbing/secrets/secret.ts'
import type { OfficialClient } from '../wechat/official/client.ts'
import { type JsTickets, openJsTickets } from '../wechat/official/js-ticket.ts'
import type { Merchant } from './merchant.ts'

/** By appid: merchants with one Official Account have one ticket. */
const tickets = kept<string, JsTickets>({ most: 4_000 })

/** What of the services, which are made of this room, it takes. */
type Parts = { cache: Cache; clock: Clock; official(merchant: Merchant): OfficialClient }

/** The ticket of the merchant's Official Account; never waits for WeChat, and undefined until it has answered. */
export function jsTicketOf({ cache, clock, official }: Parts, merchant: Merchant): Secret | undefined {
  const held = cache.make(tickets, merchant.officialAccount.appid, () => openJsTickets(clock))
  return held.held(() => official(merchant).readJsTicket())
}
