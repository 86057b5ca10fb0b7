import { AskAgain } from '../plumbing/ask-again.ts'
import { type Found, type Loop, openLoop } from '../plumbing/schedule/loop.ts'
import { maskText } from '../plumbing/telemetry/mask-text.ts'
import type { Services } from '../services.ts'
import { applyEntry, type InboxEntry } from './apply.ts'
import { openHands } from './hands.ts'

export type InboxLoop = Loop & {
  /** Applies everything that is due now, and returns when nothing is due any more. */
  drain(): Promise<void>
}

/** Pauses after a failure, by number of tries; the last repeats, since an accepted fact is never given up. */
const pausesMs = [1_000, 5_000, 20_000, 60_000, 300_000, 900_000]

/**
 * Applies the entries of the inbox, lane by lane (`lease.ts`). It looks when the inbox bell rings, when an entry in
 * hand is done, and at least every `everyMs`. Any number of processes may run one.
 */
export function openInboxLoop(services: Services, everyMs = 1_000): InboxLoop {
  const { log, bells } = services
  // When an entry is done, its lane has room for the next one.
  const { take, inHand } = openHands(
    services,
    (entry) => applyOne(services, entry),
    () => loop.wake(),
  )
  let forgetBell = () => {}

  const look = async (): Promise<Found> => ((await take()) === 'some' ? 'more' : 'nothing')
  const loop = openLoop({ name: 'inbox', everyMs, look, log, failure: 'the inbox could not be read' })
  return {
    ...loop,
    start() {
      forgetBell = bells.onRing('inbox', loop.wake)
      loop.start()
    },
    async drain() {
      for (;;) {
        const taken = await take()
        if (taken === 'nothing') return
        // Entries that were in hand then may be done by now.
        if (taken === 'full' && inHand.size > 0) await Promise.race(inHand)
      }
    },
    async stop() {
      forgetBell()
      await loop.stop()
      await Promise.all(inHand)
    },
  }
}

async function applyOne(services: Services, entry: InboxEntry): Promise<void> {
  const { log } = services
  try {
    const note = await applyEntry(services, entry)
    await finish(services, entry, note)
    if (note) log.info({ inbox: entry.id, source: entry.source, note }, 'inbox entry left aside')
  } catch (error) {
    if (!(error instanceof AskAgain))
      log.error({ err: error, inbox: entry.id, source: entry.source }, 'inbox entry not applied')
    await postpone(services, entry, error)
  }
}

async function finish({ db, clock }: Services, { id }: InboxEntry, note: string | undefined): Promise<void> {
  await db
    .updateTable('inbox')
    .set({ applied_at: clock.now(), leased_until: null, last_error: note ?? null })
    .where('id', '=', id)
    .execute()
}

async function postpone({ db, clock, log }: Services, entry: InboxEntry, error: unknown): Promise<void> {
  const pauseMs = pausesMs[Math.min(entry.attempts, pausesMs.length) - 1] as number
  try {
    await db
      .updateTable('inbox')
      .set({
        due_at: new Date(clock.now().getTime() + pauseMs),
        leased_until: null,
        last_error: maskText(String(error)).slice(0, 500),
      })
      .where('id', '=', entry.id)
      // If our lease ran out, another process may have taken the entry; then `attempts` is higher.
      .where('attempts', '=', entry.attempts)
      .execute()
  } catch (fault) {
    // The entry is free again when its lease runs out.
    log.error({ err: fault, inbox: entry.id }, 'inbox entry not postponed')
  }
}
