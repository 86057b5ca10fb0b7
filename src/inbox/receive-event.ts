import { isDeepStrictEqual } from 'node:util'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { MerchantEvent } from './event.ts'
import { receive, storable } from './inbox.ts'

/**
 * Stores a merchant's event, once per type and id: the same id under two types is two events. A repeat has the same
 * `data`, compared as values; its `occurred_at` may differ, but for `card.opened`, where that time counts, the
 * difference is logged. Other data under a known type and id is a contradiction: it changes nothing, and both values of
 * the fields that differ are logged.
 */
export async function receiveEvent(
  services: Services,
  merchant: Merchant,
  event: MerchantEvent,
): Promise<'new' | 'repeat' | 'contradiction'> {
  const { db, clock, log } = services
  const businessKey = eventKey(event)
  const arrival = { merchantId: merchant.id, source: 'events', businessKey, body: event, at: clock.now() } as const
  if ((await receive(services, arrival)) === 'new') return 'new'

  const first = await db
    .selectFrom('inbox')
    .select(['id', 'body'])
    .where('merchant_id', '=', merchant.id)
    .where('source', '=', 'events')
    .where('business_key', '=', businessKey)
    .executeTakeFirstOrThrow()
  // It was applied long ago, and its body is no longer kept.
  if (first.body === null) return 'repeat'
  const firstEvent = first.body as MerchantEvent
  const told = firstEvent.data as Data
  const retold = (JSON.parse(storable(event)) as MerchantEvent).data as Data
  const names = [...new Set([...Object.keys(told), ...Object.keys(retold)])]
  const differing = names.filter((name) => !isDeepStrictEqual(told[name], retold[name]))
  const known = { merchant: merchant.slug, type: event.type, event: event.id, inbox: first.id }
  if (differing.length === 0 && isOpenedAtAnotherTime(firstEvent, event)) {
    const [one, other] = [firstEvent, event].map(({ occurred_at }) => ({ occurred_at }))
    log.warn(
      { ...known, first: one, second: other },
      'card.opened came again with another occurred_at: the first one stands',
    )
  }
  if (differing.length === 0) return 'repeat'
  log.warn(
    { ...known, first: shown(told, differing), second: shown(retold, differing) },
    'event came again with other data: the first one stands',
  )
  return 'contradiction'
}

type Data = Record<string, unknown>

/**
 * The time of opening decides whether a card is new, and is only in `occurred_at`; a payment has its times in its data.
 */
function isOpenedAtAnotherTime(first: MerchantEvent, event: MerchantEvent): boolean {
  return event.type === 'card.opened' && Date.parse(first.occurred_at) !== Date.parse(event.occurred_at)
}

/** These fields identify a member, so the log does not contain their values. */
const personal = new Set(['openid', 'card_code'])

function shown(data: Data, names: string[]): Data {
  return Object.fromEntries(names.map((name) => [name, personal.has(name) ? '***' : (data[name] ?? null)]))
}

/** Returns the key by which a repeated event of the merchant's own systems is recognised. */
function eventKey({ type, id }: MerchantEvent): string {
  return `${type}/${id}`
}
