import { readFileSync } from 'node:fs'
import type { Cluster, Redis } from 'ioredis'
import type { Clock } from '../plumbing/clock.ts'
import { slowing, type TurnSource, turnSpacing } from './turns.ts'

type PaceCommands = {
  paceTake(key: string, ...arguments_: number[]): Promise<[count: number, firstInUs: number, gapUs: number]>
  paceSlowDown(key: string, ...arguments_: number[]): Promise<null>
}

/** Turns that all processes with the same Redis share. Rejects when Redis fails. */
export function openRedisTurns(redis: Redis | Cluster, clock: Clock): TurnSource {
  redis.defineCommand('paceTake', { numberOfKeys: 1, lua: readLua('pace-take.lua') })
  redis.defineCommand('paceSlowDown', { numberOfKeys: 1, lua: readLua('pace-slow-down.lua') })
  const commands = redis as unknown as PaceCommands
  const { factor, holdMs, risePerSecond, burstMs, lowestRate } = slowing

  return {
    async reserve(mchid, ceiling, wanted, horizonMs) {
      const horizonUs = Math.floor(horizonMs * 1_000)
      const now = clock.now().getTime()
      const [count, firstInUs, gapUs] = await commands.paceTake(
        paceKey(mchid),
        ceiling,
        wanted,
        horizonUs,
        now,
        holdMs,
        risePerSecond,
        turnSpacing,
      )
      return { count, firstInMs: firstInUs / 1_000, gapMs: gapUs / 1_000 }
    },
    async slowDown(mchid) {
      const now = clock.now().getTime()
      await commands.paceSlowDown(paceKey(mchid), factor, now, holdMs, risePerSecond, burstMs, lowestRate)
    },
  }
}

/** By WeChat's account number, not our id: two of our merchants may share an account, which WeChat counts as one. */
function paceKey(mchid: string): string {
  return `pace:{${mchid}}`
}

function readLua(name: string): string {
  const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')
  return read('pace-rate.lua') + read(name)
}
