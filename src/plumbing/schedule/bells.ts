import type { Cluster, Redis } from 'ioredis'
import type { Logger } from 'pino'

/** What can wake a loop: a new message in the inbox, or a coupon that became due. */
export type BellName = 'inbox' | 'delivery'

/**
 * Bells wake the loops of this process at once, and those of other processes by a message in Redis. They carry no data:
 * if a ring is lost, the loop looks after its interval. PostgreSQL's own LISTEN does not work through a pooler in
 * transaction mode.
 */
export type Bells = {
  ring(name: BellName): void
  /** Calls `act` at each ring, of this process or of another; returns a function that stops this. */
  onRing(name: BellName, act: () => void): () => void
  close(): void
}

const channel = (name: BellName) => `bell:${name}`

/** Rings to other processes are at least this far apart: one look is enough for a thousand rings of a crowd. */
const quietMs = 20

/** Without `redis` there is one process, and it hears only its own rings. */
export function openBells(redis: Redis | Cluster | undefined, processName: string, log: Logger): Bells {
  const listeners = new Map<BellName, Set<() => void>>()
  const quiet = new Map<BellName, { again: boolean }>()
  let subscriber: Redis | Cluster | undefined

  function wakeOwn(name: BellName): void {
    for (const act of listeners.get(name) ?? []) act()
  }

  function publish(name: BellName): void {
    const state = { again: false }
    quiet.set(name, state)
    redis!.publish(channel(name), processName).catch(() => undefined)
    setTimeout(() => {
      quiet.delete(name)
      if (state.again) publish(name)
    }, quietMs).unref()
  }

  /** Redis needs a second connection for subscriptions; only a process that listens opens it. */
  function subscribe(name: BellName): void {
    if (!redis) return
    subscriber ??= openSubscriber(redis, log, (heard, from) => {
      if (from !== processName) wakeOwn(heard)
    })
    subscriber.subscribe(channel(name)).catch((error: Error) => log.debug({ error: error.message }, 'bell not heard'))
  }

  return {
    ring(name) {
      wakeOwn(name)
      if (!redis) return
      const state = quiet.get(name)
      if (state) state.again = true
      else publish(name)
    },
    onRing(name, act) {
      const acts = listeners.get(name)
      if (acts) acts.add(act)
      else {
        listeners.set(name, new Set([act]))
        subscribe(name)
      }
      return () => void listeners.get(name)?.delete(act)
    },
    close: () => subscriber?.disconnect(),
  }
}

/** Commands wait while Redis is away, so that the subscription exists when Redis is back. */
function openSubscriber(redis: Redis | Cluster, log: Logger, hear: (name: BellName, from: string) => void) {
  const options = { enableOfflineQueue: true, maxRetriesPerRequest: null, commandTimeout: undefined }
  const subscriber = 'nodes' in redis ? redis.duplicate([], { enableOfflineQueue: true }) : redis.duplicate(options)
  subscriber.on('error', (error: Error) => log.debug({ error: error.message }, 'redis'))
  subscriber.on('message', (from: string, message: string) =>
    hear(from.slice(from.indexOf(':') + 1) as BellName, message),
  )
  return subscriber
}
