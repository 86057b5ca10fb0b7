import { setTimeout as sleep } from 'node:timers/promises'

/** Items per group: enough that a crowd shares a commit, few enough to keep a statement short. */
const maxGroupSize = 64

/**
 * In a crowd a group waits this long for more items: a commit costs about the same for one item as for many, so commits
 * of thirty items serve more people than commits of three.
 */
const gatherMs = 8

/** From this group size on it is a crowd; after a smaller group there is no wait. */
const crowd = 4

type Waiting<T, R> = { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }

/**
 * Turns `flush(items)` into a function of one item; concurrent calls share one flush. A lone call is flushed at once;
 * calls that come while a flush runs form the next group. `flush` returns results in the order of its items; when it
 * throws, every item of the group gets the error.
 */
export function batched<T, R>(flush: (items: T[]) => Promise<R[]>): (item: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = []
  let running = false

  async function run(): Promise<void> {
    running = true
    // Calls of the same tick share the first group.
    await Promise.resolve()
    for (let size = 0; waiting.length > 0;) {
      if (size >= crowd && waiting.length < maxGroupSize) await sleep(gatherMs)
      const group = waiting.splice(0, maxGroupSize)
      size = group.length
      await flushGroup(group)
    }
    running = false
  }

  async function flushGroup(group: Waiting<T, R>[]): Promise<void> {
    try {
      const results = await flush(group.map((one) => one.item))
      group.forEach((one, index) => one.resolve(results[index] as R))
    } catch (error) {
      for (const one of group) one.reject(error)
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!running) void run()
    })
}
