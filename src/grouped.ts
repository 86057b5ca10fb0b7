/** Items of one group: enough to share a commit among a crowd, small enough to keep a statement short. */
const maxGroupSize = 64

type Waiting<T, R> = { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }

/**
 * Turns `flush(items)` into a function of one item that shares a flush with whoever calls meanwhile. A lone call is
 * flushed at once; calls that come while `inFlight` flushes run form the next group. `flush` answers in the order of
 * its items; when it throws, every item of the group gets the error.
 */
export function grouped<T, R>(flush: (items: T[]) => Promise<R[]>, inFlight = 1): (item: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = []
  let running = 0

  async function run(): Promise<void> {
    running += 1
    while (waiting.length > 0) {
      const group = waiting.splice(0, maxGroupSize)
      try {
        const results = await flush(group.map((one) => one.item))
        group.forEach((one, index) => one.resolve(results[index] as R))
      } catch (error) {
        for (const one of group) one.reject(error)
      }
    }
    running -= 1
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      // A microtask later, calls of the same tick are already waiting and share this group.
      if (running < inFlight) queueMicrotask(() => void (running < inFlight && waiting.length > 0 && run()))
    })
}
