import { AsyncLocalStorage } from 'node:async_hooks'

/** Who acts: a simulated process of ours. Only what the steps and the clock need to know of it. */
export type Actor = {
  name: string
  alive: boolean
  /** Virtual milliseconds until which nothing of it moves, its timers included. */
  stalledUntil: number
}

const storage = new AsyncLocalStorage<Actor | undefined>()

/** Runs code as part of a simulated process: its timers, its ids and its waiting are then virtual. */
export function actAs<T>(actor: Actor, act: () => T): T {
  return storage.run(actor, act)
}

/** Runs code of a driver (pg, ioredis) in real time, though a simulated process asked for it. */
export function outside<T>(act: () => T): T {
  return storage.run(undefined, act)
}

export function presentActor(): Actor | undefined {
  return storage.getStore()
}
