import type { Actor } from './context.ts'
import type { VirtualTime } from './virtual-time.ts'

/** Something that waits at a boundary until the scheduler lets it through. */
export type Step = {
  actor: Actor
  name: string
  kind: 'sql' | 'redis' | 'network'
  /** Virtual time before which it is not drawn. */
  notBefore: number
  /** Virtual time by which it happens by itself. */
  latest: number
  order: number
  go: () => void
}

/** Milliseconds from now. */
type When = { delayMs?: number; atMostMs?: number }

/** Work let through to a real server and not answered yet. */
type Work = { actor: Actor; pid?: number; blocked: boolean; wasBlocked: boolean }

export type Steps = {
  /** Waits for its turn. A step of a dead process waits for ever. */
  park(actor: Actor, kind: Step['kind'], name: string, when?: When): Promise<void>
  /** Counts real work as under way; `pid` is the PostgreSQL backend that does it. */
  track<T>(actor: Actor, act: () => Promise<T>, pid?: number): Promise<T>
  /** What may be released now, always in the same order. */
  eligible(): Step[]
  /** When the first of those that wait for a time may be released. */
  nextAt(): number | undefined
  release(step: Step): void
  /** The one that must happen first, of those that must. */
  mostUrgent(): Step | undefined
  /** Returns when everything has come to rest: parked, finished, or waiting for a lock that another holds. */
  settle(): Promise<void>
  drop(actor: Actor): void
  /** Statements wait, as at a database that is silent, until then. */
  silenceSqlUntil(at: number): void
  /** From now on nothing is held: at rest. */
  setFree(free: boolean): void
}

/** A statement that takes longer may be waiting for a lock; PostgreSQL is asked. */
const patienceMs = 3
/** Turns of the event loop in which nothing happened before all is at rest. */
const quietTurns = 3
/** Nothing takes this long unless the harness has lost sight of something. */
const stuckMs = 20_000

/** `blockedPids` tells which of the backends wait for a lock that is not granted. */
export function openSteps(time: VirtualTime, blockedPids: (pids: number[]) => Promise<Set<number>>): Steps {
  const waiting: Step[] = []
  const works = new Set<Work>()
  let order = 0
  let activity = 0
  let free = false
  let sqlSilentUntil = 0
  let wake = () => {}

  const notBefore = (step: Step) =>
    Math.max(step.notBefore, step.actor.stalledUntil, step.kind === 'sql' ? sqlSilentUntil : 0)
  const underWay = () => [...works].filter((work) => !work.blocked)

  async function markBlocked(): Promise<void> {
    const asked = [...works].filter((work) => work.pid !== undefined)
    if (asked.length === 0) return
    const blocked = await blockedPids(asked.map((work) => work.pid as number))
    for (const work of asked) {
      work.blocked = blocked.has(work.pid as number)
      work.wasBlocked ||= work.blocked
    }
  }
  function nextActivity(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  function park(
    actor: Actor,
    kind: Step['kind'],
    name: string,
    { delayMs = 0, atMostMs = Infinity }: When = {},
  ): Promise<void> {
    if (free && actor.alive) return Promise.resolve()
    return new Promise((resolve) => {
      activity += 1
      const [notBefore, latest] = [time.now() + delayMs, time.now() + atMostMs]
      waiting.push({ actor, kind, name, notBefore, latest, order: (order += 1), go: resolve })
    })
  }

  async function settle(): Promise<void> {
    const begun = performance.now()
    let lockedAt = -1
    for (let quiet = 0, seen = activity; quiet < quietTurns;) {
      if (underWay().length > 0) {
        await nextActivity(patienceMs)
        if (underWay().length > 0 && seen === activity) await markBlocked()
      } else if (works.size > 0 && quiet > 0 && lockedAt !== activity) {
        // What was just committed may have freed those that wait for a lock.
        lockedAt = activity
        await markBlocked()
      } else {
        await new Promise((resolve) => setImmediate(resolve))
      }
      quiet = seen === activity && underWay().length === 0 ? quiet + 1 : 0
      seen = activity
      if (performance.now() - begun > stuckMs) throw new Error('the simulation does not come to rest')
    }
  }

  return {
    park,
    async track(actor, act, pid) {
      const work: Work = { actor, blocked: false, wasBlocked: false, ...(pid !== undefined && { pid }) }
      works.add(work)
      try {
        return await act()
      } finally {
        works.delete(work)
        activity += 1
        wake()
        // Goes on after whoever freed it, not beside it.
        if (work.wasBlocked) await park(actor, 'sql', 'woken')
      }
    },
    eligible: () =>
      // Sorted, since two that came to wait in one moment may have come in either order.
      waiting.filter((step) => step.actor.alive && notBefore(step) <= time.now()).toSorted(byName),
    nextAt() {
      const times = waiting.filter((step) => step.actor.alive).map(notBefore)
      return times.length === 0 ? undefined : Math.min(...times)
    },
    mostUrgent: () =>
      waiting.filter((step) => step.latest < Infinity).toSorted((a, b) => a.latest - b.latest || a.order - b.order)[0],
    release(step) {
      waiting.splice(waiting.indexOf(step), 1)
      activity += 1
      step.go()
    },
    settle,
    drop(actor) {
      for (const step of waiting.filter((one) => one.actor === actor)) waiting.splice(waiting.indexOf(step), 1)
      for (const work of works) if (work.actor === actor) works.delete(work)
    },
    silenceSqlUntil: (at) => void (sqlSilentUntil = at),
    setFree(now) {
      free = now
      if (free) for (const step of waiting.splice(0)) if (step.actor.alive) step.go()
    },
  }
}

function byName(a: Step, b: Step): number {
  const [one, other] = [`${a.actor.name} ${a.name}`, `${b.actor.name} ${b.name}`]
  return one < other ? -1 : one > other ? 1 : a.order - b.order
}
