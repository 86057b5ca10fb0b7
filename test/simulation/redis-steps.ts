import type { Redis } from 'ioredis'
import { outside, presentActor } from './context.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { Steps } from './steps.ts'

type Command = {
  name: string
  args: unknown[]
  promise: Promise<unknown>
  resolve(value: unknown): void
  reject(error: Error): void
}
type Sender = {
  sendCommand(command: Command, stream?: unknown): Promise<unknown>
  options: { enableAutoPipelining: boolean }
}

/** Makes every command of a simulated process to Redis a step, one by one; it may get lost, or its answer may. */
export function stepRedis(steps: Steps, process: SimulatedProcess, redis: Redis): void {
  const sender = redis as unknown as Sender
  sender.options.enableAutoPipelining = false
  const send = sender.sendCommand.bind(redis)

  async function take(command: Command): Promise<void> {
    await steps.park(process, 'redis', `redis ${command.name} ${keyOf(command)}`)
    const fault = process.redisFaults.shift()
    const lost = new Error('Command timed out')
    if (fault === 'lost') return command.reject(lost)
    if (fault === 'answer lost') command.resolve = () => command.reject(lost)
    await steps.track(process, () => outside(() => send(command)))
  }
  sender.sendCommand = (command, stream) => {
    if (stream || presentActor() !== process) return send(command, stream)
    take(command).catch(() => undefined)
    return command.promise
  }
}

function keyOf({ name, args }: Command): string {
  return String(name.startsWith('eval') ? args[2] : args[0])
}
