import type { Logger } from 'pino'

/** Work that a process does again and again until it is stopped. */
export type Loop = {
  name: string
  start(): void
  /** There is work: look now, or right after the current look. */
  wake(): void
  /** Milliseconds since it last began to look; undefined before the first time. */
  sinceLookMs(): number | undefined
  /** Begins no further look, and waits for the current one. */
  stop(): Promise<void>
}

/** What a look found: after `more` the next look comes at once, otherwise after the interval or when woken. */
export type Found = 'more' | 'nothing'

export type LoopOptions = {
  name: string
  /** The longest pause between two looks. */
  everyMs: number
  look: () => Promise<Found | void>
  log: Logger
  /** The log line when looks begin to fail; when they succeed again, the log says "{name} goes on". */
  failure?: string
}

/** Pauses after consecutive failed looks; the last one repeats. Waking the loop does not shorten them. */
const failurePausesMs = [250, 1_000, 2_000, 5_000]

/** Runs `look` again and again, never two at a time. Consecutive failures are logged once and never end the loop. */
export function openLoop({ name, everyMs, look, log, failure = `${name} failed` }: LoopOptions): Loop {
  let running: Promise<void> | undefined
  let stopping = false
  let wanted = false
  let endNap = () => {}
  let lookedAt: number | undefined
  let failures = 0

  async function lookOnce(): Promise<Found | void> {
    lookedAt = performance.now()
    const found = await look()
    if (failures > 0) log.info(`${name} goes on`)
    failures = 0
    return found
  }

  async function run(): Promise<void> {
    while (!stopping) {
      wanted = false
      try {
        if ((await lookOnce()) !== 'more' && !wanted) await nap(everyMs)
      } catch (error) {
        if (failures === 0) log.error({ error: (error as Error).message }, failure)
        const pauseMs = failurePausesMs[Math.min(failures, failurePausesMs.length - 1)]!
        failures += 1
        await nap(pauseMs)
      }
    }
  }

  function nap(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, stopping ? 0 : milliseconds)
      endNap = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    name,
    start() {
      running ??= run()
    },
    wake() {
      wanted = true
      if (failures === 0) endNap()
    },
    sinceLookMs: () => (lookedAt === undefined ? undefined : performance.now() - lookedAt),
    async stop() {
      stopping = true
      endNap()
      await running
    },
  }
}
