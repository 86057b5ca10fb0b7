import type { Dispatcher } from 'undici'
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

export type WallParts = {
  clock: Clock
  /** The connections to one host. */
  poolOf(origin: string): Pass['http']
  changed(origin: string, state: 'open' | 'closed'): void
  heldBack(why: HeldBack): void
}

/** Opens a wall. It is small: its connections are kept elsewhere. */
export function openWall(kind: WallKind, parts: WallParts): Wall {
  const hosts = new Map<string, Wall>()

  function hostOf(origin: string): Wall {
    const host = hosts.get(origin) ?? openHost(kind, origin, parts)
    hosts.set(origin, host)
    return host
  }

  return {
    room: (origin) => hostOf(origin).room(origin),
    enter(origin) {
      const pass = hostOf(origin).enter(origin)
      if (pass.heldBack) parts.heldBack(pass)
      return pass
    },
  }
}

function openHost({ underWay: most }: WallKind, origin: string, { clock, poolOf, changed }: WallParts): Wall {
  const circuit = openCircuit(clock, (state) => changed(origin, state))
  let underWay = 0

  return {
    room: () => Math.min(most - underWay, circuit.room()),
    enter() {
      if (circuit.room() === 0) return { heldBack: 'silent' }
      if (underWay >= most) return { heldBack: 'full' }
      underWay += 1
      const end = circuit.begin()
      return {
        http: poolOf(origin),
        leave(answered) {
          underWay -= 1
          end(answered)
        },
      }
    },
  }
}
