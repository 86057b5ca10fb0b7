import type { Logger } from 'pino'
import { type Cache, kept } from '../cache.ts'
import type { Clock } from '../clock.ts'
import { circuitsTotal, heldBackTotal } from '../telemetry/metrics.ts'
import { type ClosableWall, openWall, type Wall, type WallKind } from './wall.ts'

/** The walls of one process. */
export type Walls = {
  /** The wall of one owner's calls of one kind. What is returned may be held for ever. */
  of(kind: WallKind, owner: string): Wall
  /** Breaks off what is under way and closes all connections. */
  close(): Promise<void>
}

/**
 * An idle wall has no connections, and a few kB, so thousands of owners may keep theirs. The one that was unused for
 * the longest time goes first; calls that are still under way in it come to their end.
 */
const most = 4_000
const walls = kept<string, ClosableWall>({ most, gone: (wall) => void wall.close() })

/** Opens the walls of a process; each one is opened at its first call. */
export function openWalls({ cache, clock, log }: { cache: Cache; clock: Clock; log: Logger }): Walls {
  /** What is not closed yet, kept or not. */
  const open = new Set<ClosableWall>()

  function openOne(kind: WallKind, owner: string): ClosableWall {
    const wall = openWall(kind, clock, {
      heldBack: ({ heldBack }) => heldBackTotal.inc({ kind: kind.name, why: heldBack }),
      changed(origin, state) {
        circuitsTotal.inc({ kind: kind.name, state })
        const line = { kind: kind.name, owner, host: origin }
        if (state === 'open') log.warn(line, 'a host gives no answer: calls are held back')
        else log.info(line, 'the host answers again')
      },
    })
    const close = () => wall.close().finally(() => open.delete(one))
    const one = { ...wall, close }
    open.add(one)
    return one
  }

  return {
    of(kind, owner) {
      const key = `${kind.name} ${owner}`
      const wall = () => cache.make(walls, key, () => openOne(kind, owner))
      return { room: (origin) => wall().room(origin), enter: (origin) => wall().enter(origin) }
    },
    close: async () => void (await Promise.all([...open].map((wall) => wall.destroy()))),
  }
}
