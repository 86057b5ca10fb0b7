import { type Cache, kept } from '../plumbing/cache.ts'
import { Declined } from './rights/declined.ts'

/** One hash takes 32 MiB and most of a core for a tenth of a second. */
const atOnce = 2
/** Whoever comes later than these is told to try again: seconds of waiting would only make people press again. */
const strangersAtMost = 20

/** Those who wait. People whose browser we know go first, so that strangers cannot keep them out by trying. */
type Queue = { running: number; known: (() => void)[]; strangers: (() => void)[] }

const queues = kept<string, Queue>({ most: 1 })

/** Runs `work` when its turn has come. Throws `Declined` (busy) when too many strangers wait already. */
export async function inTurn<T>(cache: Cache, isKnown: boolean, work: () => Promise<T>): Promise<T> {
  const queue = cache.make(queues, 'passwords', (): Queue => ({ running: 0, known: [], strangers: [] }))
  if (queue.running >= atOnce) {
    if (!isKnown && queue.strangers.length >= strangersAtMost) throw new Declined('busy')
    // Whoever ends hands the place on, so `running` stays as it is.
    await new Promise<void>((begin) => (isKnown ? queue.known : queue.strangers).push(begin))
  } else queue.running += 1
  try {
    return await work()
  } finally {
    const next = queue.known.shift() ?? queue.strangers.shift()
    if (next) next()
    else queue.running -= 1
  }
}
