import { sql } from 'kysely'
import type { Services } from '../services.ts'
import { applyEntry, type InboxEntry } from './apply.ts'
import { onReceived } from './inbox.ts'
import { NotYet } from './not-yet.ts'

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
/** One look's worth; small enough that a dead process holds up little. */
const batchSize = 20
/** Longer than applying a batch takes, WeChat's answers included; a dead process's entries are taken over after this. */
const leaseMs = 15_000
/** Pauses after a failure, by number of tries; the last repeats, since an accepted fact is never given up. */
const pausesMs = [1_000, 5_000, 20_000, 60_000, 300_000, 900_000]

/** Applies what the inbox holds. Any number of processes may run one: entries are leased by moving their due time on. */
export function openInboxLoop(services: Services): InboxLoop {
  let running = false
  let timer: NodeJS.Timeout | undefined
  let inHand: Promise<void> | undefined
  let wanted = false
  let forget = () => {}

  function wake(): void {
    if (!running) return
    wanted = true
    inHand ??= work().finally(() => {
      inHand = undefined
      if (wanted) wake()
    })
  }
  async function work(): Promise<void> {
    wanted = false
    try {
      while (running && (await applyBatch(services)) > 0);
    } catch (error) {
      services.log.error({ err: error }, 'the inbox could not be read')
    }
  }
  return {
    start() {
      running = true
      forget = onReceived(services.db, wake)
      timer = setInterval(wake, lookEveryMs)
      wake()
    },
    async drain() {
      while ((await applyBatch(services)) > 0);
    },
    wake,
    async stop() {
      running = false
      wanted = false
      clearInterval(timer)
      forget()
      await inHand
    },
  }
}

async function applyBatch(services: Services): Promise<number> {
  const entries = await leaseDue(services)
  await Promise.all(entries.map((entry) => applyOne(services, entry)))
  return entries.length
}

async function leaseDue({ db, clock }: Services): Promise<InboxEntry[]> {
  const now = clock.now()
  return db
    .updateTable('inbox')
    .set({ due_at: new Date(now.getTime() + leaseMs), attempts: sql<number>`attempts + 1` })
    .where('id', 'in', (query) =>
      query
        .selectFrom('inbox')
        .select('id')
        .where('applied_at', 'is', null)
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .limit(batchSize)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute()
}

async function applyOne(services: Services, entry: InboxEntry): Promise<void> {
  const { db, clock, log } = services
  try {
    const note = await applyEntry(services, entry)
    await db
      .updateTable('inbox')
      .set({ applied_at: clock.now(), last_error: note ?? null })
      .where('id', '=', entry.id)
      .execute()
    if (note) log.info({ inbox: entry.id, source: entry.source, note }, 'inbox entry left aside')
  } catch (error) {
    if (!(error instanceof NotYet))
      log.error({ err: error, inbox: entry.id, source: entry.source }, 'inbox entry not applied')
    await postpone(services, entry, error)
  }
}

async function postpone({ db, clock, log }: Services, entry: InboxEntry, error: unknown): Promise<void> {
  const pauseMs = pausesMs[Math.min(entry.attempts, pausesMs.length) - 1] as number
  try {
    await db
      .updateTable('inbox')
      .set({ due_at: new Date(clock.now().getTime() + pauseMs), last_error: String(error).slice(0, 500) })
      .where('id', '=', entry.id)
      .execute()
  } catch (fault) {
    // Its lease runs out by itself.
    log.error({ err: fault, inbox: entry.id }, 'inbox entry not postponed')
  }
}
