import { systemClock } from '../../src/plumbing/clock.ts'
import { type ClosableWall, openWall } from '../../src/plumbing/walls/wall.ts'

/** A wall around one client, with as much room as the test needs. */
export function aWall({ connections = 8, underWay = 1_000 } = {}): ClosableWall {
  const nobody = () => undefined
  return openWall({ name: 'test', connections, underWay }, systemClock, { changed: nobody, heldBack: nobody })
}
