import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'
import { presentActor } from './context.ts'
import { installRedisTime } from './redis-time.ts'
import type { Random } from './random.ts'
import type { VirtualTime, VirtualTimer } from './virtual-time.ts'

/** What code inside a simulated process gets instead of the machine's timers, monotonic clock and chance. */
let machine: { time: VirtualTime; random: Random } | undefined

/** From now on simulated processes live by this time and this chance. */
export function useMachine(time: VirtualTime, random: Random): void {
  machine = { time, random }
}

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  now: performance.now.bind(performance),
  random: Math.random,
  sign: crypto.sign,
  randomUUID: crypto.randomUUID,
  randomBytes: crypto.randomBytes,
  sleep: timersPromises.setTimeout,
}

/** A timer as Node hands it out, as far as anybody here uses one. */
class Handle {
  readonly timer: VirtualTimer
  constructor(timer: VirtualTimer) {
    this.timer = timer
  }
  ref = () => this
  unref = () => this
  hasRef = () => true
}

/**
 * Puts the virtual ones in place, for this whole process of Node: they only act inside a simulated process and are the
 * real ones everywhere else, also inside pg and ioredis.
 */
export function installMachine(): void {
  installRedisTime()
  const inside = () => (machine ? presentActor() : undefined)

  globalThis.setTimeout = Object.assign((act: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) => {
    const actor = inside()
    if (!actor) return real.setTimeout(act, delayMs, ...args)
    return new Handle(machine!.time.startTimer(actor, delayMs, () => act(...args)))
  }, real.setTimeout) as unknown as typeof setTimeout
  globalThis.clearTimeout = ((handle: unknown) => {
    if (handle instanceof Handle) machine?.time.stopTimer(handle.timer)
    else real.clearTimeout(handle as NodeJS.Timeout)
  }) as typeof clearTimeout
  timersPromises.setTimeout = (<T>(delayMs?: number, value?: T) => {
    const actor = inside()
    if (!actor) return real.sleep(delayMs, value)
    return new Promise<T>((resolve) => machine!.time.startTimer(actor, delayMs ?? 0, () => resolve(value as T)))
  }) as typeof timersPromises.setTimeout

  performance.now = () => (inside() ? machine!.time.now() : real.now())
  Math.random = () => (inside() ? machine!.random.next() : real.random())
  crypto.randomUUID = (() =>
    inside() ? uuidOf(machine!.random.hex(32)) : real.randomUUID()) as typeof crypto.randomUUID
  crypto.randomBytes = ((size: number, ...rest: []) =>
    inside() ? Buffer.from(machine!.random.hex(size * 2), 'hex') : real.randomBytes(size, ...rest)) as never
  // Nobody verifies what a simulated process signs, and the thread pool would hide from the scheduler.
  crypto.sign = ((...args: Parameters<typeof crypto.sign>) => {
    const done = args[3] as unknown as ((error: null, signature: Buffer) => void) | undefined
    if (!inside() || !done) return real.sign(...args)
    return queueMicrotask(() => done(null, Buffer.from('unverified')))
  }) as typeof crypto.sign
  syncBuiltinESMExports()
}

function uuidOf(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
