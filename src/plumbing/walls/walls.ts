import type { Logger } from 'pino'
import { type Cache, kept } from '../cache.ts'
import type { Clock } from '../clock.ts'
import { circuitsTotal, heldBackTotal } from '../telemetry/metrics.ts'
import { openPools } from './pools.ts'
import { openWall, type Wall, type WallKind } from './wall.ts'

/** The walls of one process. */
export type Walls = {
  /** The wall of one owner's calls of one kind. What is returned may be held for ever. */
  of(kind: WallKind, owner: string): Wall
  /** Breaks off what is under way and closes all connections. */
  close(): Promise<void>
}

/** A wall is small without its connections; one that is opened again only does not know yet who is silent. */
const most = 10_000
const walls = kept<string, Wall>({ most })

/** Opens the walls of a process; each one is opened at its first call. */
export function openWalls({ cache, clock, log }: { cache: Cache; clock: Clock; log: Logger }): Walls {
  const pools = openPools(cache)

  function openOne(kind: WallKind, owner: string, key: string): Wall {
    return openWall(kind, {
      clock,
      poolOf: (origin) => pools.of(key, origin, kind.connections),
      heldBack: ({ heldBack }) => heldBackTotal.inc({ kind: kind.name, why: heldBack }),
      changed(origin, state) {
        circuitsTotal.inc({ kind: kind.name, state })
        const line = { kind: kind.name, owner, host: origin }
        if (state === 'open') log.warn(line, 'a host gives no answer: calls are held back')
        else log.info(line, 'the host answers again')
      },
    })
  }

  return {
    of(kind, owner) {
      const key = `${kind.name} ${owner}`
      const wall = () => cache.make(walls, key, () => openOne(kind, owner, key))
      return { room: (origin) => wall().room(origin), enter: (origin) => wall().enter(origin) }
    },
    close: () => pools.close(),
  }
}
