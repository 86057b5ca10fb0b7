import { Agent } from 'undici'
import { systemClock } from '../../src/plumbing/clock.ts'
import { openWall, type Wall } from '../../src/plumbing/walls/wall.ts'

/** A wall around one client, with as much room as the test needs. */
export function aWall({ connections = 8, underWay = 1_000 } = {}): Wall & { destroy(): Promise<void> } {
  const agent = new Agent({ connections, connect: { timeout: 1_000 } })
  const nobody = () => undefined
  const kind = { name: 'test', connections, underWay }
  const wall = openWall(kind, { clock: systemClock, poolOf: () => agent, changed: nobody, heldBack: nobody })
  return { ...wall, destroy: () => agent.destroy() }
}
