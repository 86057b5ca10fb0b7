import { type MerchantEvent, readEvent } from '../../inbox/event.ts'
import { eventFault } from '../../inbox/event-fault.ts'
import { signatureHolds } from '../../inbox/event-signature.ts'
import { receiveEvent } from '../../inbox/receive-event.ts'
import { inboxTotal } from '../../plumbing/telemetry/metrics.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import { readBodyWithin } from '../shell/body.ts'
import type { Context, Handler } from '../shell/context.ts'

/** An event has some hundred bytes; with fifty promotions it has a few thousand. */
const eventMaxBytes = 64 * 1024

/** POST /api/{merchant}/events: stored before the 202, applied afterwards (docs/merchant/events-api.md). */
export const postEvents: Handler<MerchantState> = async (ctx) => {
  const body = await readBodyWithin(ctx.req, eventMaxBytes)
  if (!body) return refuse(ctx, 413, { error: `an event is at most ${eventMaxBytes} bytes` })
  const now = ctx.state.services.clock.now()
  if (!isSigned(ctx, body, now)) return refuse(ctx, 401, { error: unsigned })
  const read = readEvent(body.toString())
  if (!read.ok) return refuse(ctx, 400, { error: read.error, field: read.field })
  await take(ctx, read.event, now)
}

const unsigned = 'webhook-id, webhook-timestamp and webhook-signature do not hold for this body'

function isSigned({ headers, state }: Context<MerchantState>, body: Buffer, now: Date): boolean {
  const { eventsSecret } = state.merchant
  return eventsSecret !== undefined && signatureHolds(eventsSecret, headers, body, now)
}

async function take(ctx: Context<MerchantState>, event: MerchantEvent, now: Date): Promise<void> {
  const { services, merchant } = ctx.state
  const fault = eventFault(merchant, event, now)
  if (fault) return refuse(ctx, 400, fault)
  const newness = await receiveEvent(services, merchant, event)
  if (newness === 'contradiction')
    return refuse(ctx, 409, { error: 'this type and id came before with other data', field: 'data' })
  ctx.status = 202
  ctx.body = { accepted: true, repeat: newness === 'repeat' }
}

function refuse(ctx: Context, status: number, why: { error: string; field?: string }): void {
  inboxTotal.inc({ source: 'events', outcome: 'refused' })
  ctx.status = status
  ctx.body = why
}
