import type { Cluster, Redis } from 'ioredis'
import type { Logger } from 'pino'

/** What can wake a loop: something was put into the inbox; a coupon became due. */
export type BellName = 'inbox' | 'delivery'

/**
 * Bells wake the loops of this process at once and those of other processes by a message in Redis. They carry no facts:
 * a ring that is lost costs a look's interval. PostgreSQL's own LISTEN would not pass a pooler in transaction mode.
 */
export type Bells = {
  ring(name: BellName): void
  /** Calls `act` at each ring, from here or elsewhere; returns the way to stop. */
  onRing(name: BellName, act: () => void): () => void
  close(): void
}

const channel = (name: BellName) => `bell:${name}`

/** Rings to other processes are at least this far apart: a crowd's thousand rings are one reason to look. */
const quietMs = 20

/** `redis` undefined: there is one process, and its own rings are all there are. */
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

  /** Only a process that listens needs the second connection that Redis wants for it. */
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

/** Waits in line while Redis is away, since a subscription must be there when it is back. */
function openSubscriber(redis: Redis | Cluster, log: Logger, hear: (name: BellName, from: string) => void) {
  const options = { enableOfflineQueue: true, maxRetriesPerRequest: null, commandTimeout: undefined }
  const subscriber = 'nodes' in redis ? redis.duplicate([], { enableOfflineQueue: true }) : redis.duplicate(options)
  subscriber.on('error', (error: Error) => log.debug({ error: error.message }, 'redis'))
  subscriber.on('message', (from: string, message: string) =>
    hear(from.slice(from.indexOf(':') + 1) as BellName, message),
  )
  return subscriber
}
