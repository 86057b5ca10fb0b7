import type { Redis } from 'ioredis'
import type { Facts, Message } from './facts.ts'
import type { OfficialAccount } from './official-account.ts'
import type { Random } from './random.ts'
import type { CampaignFile, Scene } from './scene.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { Stage } from './stage.ts'
import type { Steps } from './steps.ts'
import type { VirtualTime } from './virtual-time.ts'
import type { Wechat } from './wechat.ts'

/** All there is in one run. */
export type World = {
  seed: number
  stage: Stage
  scene: Scene
  time: VirtualTime
  steps: Steps
  random: Random
  wechat: Wechat
  official: OfficialAccount
  facts: Facts
  /** Each campaign's file as last applied. */
  files: Map<string, CampaignFile>
  /** The first event under each id, which a repeat repeats. */
  firstEvents: Map<string, Message>
  processes: SimulatedProcess[]
  /** A process in the place of one that was killed. */
  openProcess(slot: number): Promise<SimulatedProcess>
  kill(process: SimulatedProcess): Promise<void>
  /** Moves the time on, firing what becomes due on the way. */
  advance(milliseconds: number): Promise<void>
  redis: Redis
  /** Redis as it was at an earlier moment. */
  snapshot: { key: string; value: Buffer }[] | undefined
  serial: number
  forms: number
  trace(line: string): void
}
