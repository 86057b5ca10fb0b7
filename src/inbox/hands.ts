import type { InboxSource } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import type { InboxEntry } from './apply.ts'
import { type BusyLane, leaseDue } from './lease.ts'

/** The entries that one process is applying at this moment. */
export type Hands = {
  /**
   * Leases due entries for the free hands and begins to apply them. `some`: there may be more, so look again;
   * `nothing`: all hands were free and nothing was due; `full`: nothing more could be taken beside what was in hand.
   */
  take(): Promise<'some' | 'full' | 'nothing'>
  /** One promise per entry in hand; none of them rejects. */
  inHand: ReadonlySet<Promise<void>>
}

/**
 * Entries that a process applies at a time, per source. Sources do not share hands: card reports wait for an Official
 * Account's API or for WeChat's slow pace of card calls, payments and refunds only for the ledger, so these must not wait behind an API that does not answer.
 */
const handsOf: Record<InboxSource, number> = { events: 10, pay: 10, oa: 20, cards: 10 }

/** `apply` applies one entry and never throws; `freed` is called when its hand is free again. */
export function openHands(
  { db, clock }: Services,
  apply: (entry: InboxEntry) => Promise<void>,
  freed: () => void,
): Hands {
  const lanes = new Map<string, BusyLane>()
  const inHand = new Set<Promise<void>>()
  let last: Promise<unknown> = Promise.resolve()

  async function takeNow(): Promise<'some' | 'full' | 'nothing'> {
    const busy = [...lanes.values()]
    const hands = { ...handsOf }
    for (const { source, entries } of busy) hands[source] -= entries
    const { entries, contested } = await leaseDue(db, { now: clock.now(), busy, hands })
    for (const entry of entries) begin(entry)
    if (entries.length > 0 || contested) return 'some'
    return busy.length > 0 ? 'full' : 'nothing'
  }
  function begin(entry: InboxEntry): void {
    const { source, merchant_id: merchantId } = entry
    const key = `${source}/${merchantId}`
    const lane = lanes.get(key) ?? { source, merchantId, entries: 0 }
    lanes.set(key, lane)
    lane.entries += 1
    const applying = apply(entry).finally(() => {
      inHand.delete(applying)
      lane.entries -= 1
      if (lane.entries === 0) lanes.delete(key)
      freed()
    })
    inHand.add(applying)
  }
  return {
    // One query at a time, so that each one sees the entries that the one before has begun.
    take() {
      const next = last.then(takeNow, takeNow)
      last = next
      return next
    },
    inHand,
  }
}
