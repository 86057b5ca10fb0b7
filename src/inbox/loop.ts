import { AskAgain } from '../plumbing/ask-again.ts'
import type { Services } from '../services.ts'
import { applyEntry, type InboxEntry } from './apply.ts'
import { openHands } from './hands.ts'
import { onReceived } from './inbox.ts'

export type InboxLoop = {
  start(): void
  /** Applies everything that is due now, and returns when nothing is. */
  drain(): Promise<void>
  /** Something new has come: look now. */
  wake(): void
  /** Takes nothing more and waits for what is in hand. */
  stop(): Promise<void>
}

/** How often an idle loop looks for what other processes have received. */
const lookEveryMs = 1_000
/** Pauses after a failure, by number of tries; the last repeats, since an accepted fact is never given up. */
const pausesMs = [1_000, 5_000, 20_000, 60_000, 300_000, 900_000]

/** Applies what the inbox holds, by lanes (`lease.ts`). Any number of processes may run one. */
export function openInboxLoop(services: Services): InboxLoop {
  const { take, inHand } = openHands(services, (entry) => applyOne(services, entry))
  let running = false
  let wanted = false
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> | undefined
  let forget = () => {}
  let lookNow = () => {}

  /** Takes what is there, then again whenever a hand is free or something has come. */
  async function applyDue(goOn: () => boolean): Promise<void> {
    for (;;) {
      const woken = new Promise<void>((resolve) => (lookNow = resolve))
      const taken = goOn() ? await take() : 'nothing'
      if (taken === 'nothing' && inHand.size === 0) return
      if (taken !== 'some' && inHand.size > 0) await Promise.race([...inHand, woken])
    }
  }
  async function work(): Promise<void> {
    wanted = false
    try {
      await applyDue(() => running)
    } catch (error) {
      services.log.error({ err: error }, 'the inbox could not be read')
    }
  }
  function wake(): void {
    if (!running) return
    wanted = true
    lookNow()
    working ??= work().finally(() => {
      working = undefined
      if (wanted) wake()
    })
  }
  return {
    start() {
      running = true
      forget = onReceived(services.db, wake)
      timer = setInterval(wake, lookEveryMs)
      wake()
    },
    drain: () => applyDue(() => true),
    wake,
    async stop() {
      running = false
      wanted = false
      clearInterval(timer)
      forget()
      await working
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
        last_error: String(error).slice(0, 500),
      })
      .where('id', '=', entry.id)
      // A lease that ran out is another's by now.
      .where('attempts', '=', entry.attempts)
      .execute()
  } catch (fault) {
    // Its lease runs out by itself.
    log.error({ err: fault, inbox: entry.id }, 'inbox entry not postponed')
  }
}
