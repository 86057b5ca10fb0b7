import { readEvent } from '../../inbox/event.ts'
import { eventFault } from '../../inbox/event-fault.ts'
import { signatureHolds } from '../../inbox/event-signature.ts'
import { receiveEvent } from '../../inbox/receive-event.ts'
import { inboxTotal } from '../../plumbing/telemetry/metrics.ts'
import type { Handler } from '../shell/context.ts'
import { BodyTooLarge, readBody } from '../shell/body.ts'

/** An event is some hundred bytes; fifty promotions are a few thousand. */
const eventMaxBytes = 64 * 1024

/** POST /api/{merchant}/events: on disk before the 202, applied afterwards (docs/merchant/events-api.md). */
export const postEvents: Handler = async (ctx) => {
  const { services, merchant } = ctx.state
  const body = await readBody(ctx.req, eventMaxBytes).catch(tooLarge)
  if (!body) return answer(413, { error: `an event is at most ${eventMaxBytes} bytes` })
  const now = services.clock.now()
  if (!merchant.eventsSecret || !signatureHolds(merchant.eventsSecret, ctx.headers, body, now)) {
    return answer(401, { error: 'webhook-id, webhook-timestamp and webhook-signature do not hold for this body' })
  }
  const read = readEvent(body.toString())
  if (!read.ok) return answer(400, { error: read.error, field: read.field })
  const fault = eventFault(merchant, read.event, now)
  if (fault) return answer(400, fault)
  const newness = await receiveEvent(services, merchant, read.event)
  if (newness === 'contradiction') {
    return answer(409, { error: 'this type and id came before with other data', field: 'data' })
  }
  answer(202, { accepted: true, repeat: newness === 'repeat' })

  function answer(status: number, content: object): void {
    if (status >= 400) inboxTotal.inc({ source: 'events', outcome: 'refused' })
    ctx.status = status
    ctx.body = content
  }
}

function tooLarge(error: unknown): undefined {
  if (!(error instanceof BodyTooLarge)) throw error
}
