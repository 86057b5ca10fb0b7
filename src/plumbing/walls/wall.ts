import { type Dispatcher, Pool } from 'undici'
import type { Clock } from '../clock.ts'
import { openCircuit } from './circuit.ts'

/** What walls of one kind hold: a constant of the code that knows what is called. */
export type WallKind = {
  /** For log and metrics. */
  name: string
  /** Connections to each host. */
  connections: number
  /** Calls under way to each host; those above `connections` wait for one of them, no longer than their time to start. */
  underWay: number
}

/**
 * What stands between one owner's calls and everybody else's: connections of its own, a bound on calls under way, and
 * a circuit that leaves a silent host alone. Each of its hosts has its own, so that one can stand in for the other.
 */
export type Wall = {
  /** How many calls to this origin may begin now. */
  room(origin: string): number
  /** Begins a call. Where there is no room, it must not be made: nothing waits here. */
  enter(origin: string): Pass | HeldBack
}

/** A call under way: `leave` says when it has ended, and whether there was any answer. */
export type Pass = { http: Pick<Dispatcher, 'dispatch'>; leave(answered: boolean): void; heldBack?: undefined }

/** `full`: too many calls are under way. `silent`: the host gave no answer lately. */
export type HeldBack = { heldBack: 'full' | 'silent' }

export type ClosableWall = Wall & {
  /** Lets calls under way end; takes no new ones. */
  close(): Promise<void>
  /** Breaks calls under way off. */
  destroy(): Promise<void>
}

export type WallEvents = { changed(origin: string, state: 'open' | 'closed'): void; heldBack(why: HeldBack): void }

/** If a host gives no connection within this time, its calls fail and can be made at another one. */
const connectTimeoutMs = 2_000

/** Opens a wall; it has no connections before the first call. */
export function openWall(kind: WallKind, clock: Clock, events: WallEvents): ClosableWall {
  const hosts = new Map<string, Host>()
  const hostOf = (origin: string) => hosts.get(origin) ?? addHost(origin)

  function addHost(origin: string): Host {
    const host = openHost(kind, origin, clock, (state) => events.changed(origin, state))
    hosts.set(origin, host)
    return host
  }

  return {
    room: (origin) => hostOf(origin).room(),
    enter(origin) {
      const pass = hostOf(origin).enter()
      if (pass.heldBack) events.heldBack(pass)
      return pass
    },
    close: async () => void (await Promise.all([...hosts.values()].map(({ pool }) => pool.close()))),
    destroy: async () => void (await Promise.all([...hosts.values()].map(({ pool }) => pool.destroy()))),
  }
}

type Host = { pool: Pool; room(): number; enter(): Pass | HeldBack }

function openHost(kind: WallKind, origin: string, clock: Clock, changed: (state: 'open' | 'closed') => void): Host {
  const { connections, underWay: most } = kind
  const pool = new Pool(origin, { connections, pipelining: 1, connect: { timeout: connectTimeoutMs } })
  const circuit = openCircuit(clock, changed)
  let underWay = 0

  return {
    pool,
    room: () => Math.min(most - underWay, circuit.room()),
    enter() {
      if (circuit.room() === 0) return { heldBack: 'silent' }
      if (underWay >= most) return { heldBack: 'full' }
      underWay += 1
      const end = circuit.begin()
      return {
        http: pool,
        leave(answered) {
          underWay -= 1
          end(answered)
        },
      }
    },
  }
}
