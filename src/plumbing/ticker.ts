import type { Logger } from 'pino'

/** Something done again and again until it is stopped. */
export type Ticker = {
  start(): void
  /** Does it once, now; used by tests. */
  tick(): Promise<void>
  /** Waits for the turn in hand. */
  stop(): Promise<void>
}

/** Calls `act` every `everyMs`, one turn at a time. A turn that fails is logged, and the next one comes as usual. */
export function openTicker(options: { name: string; everyMs: number; act: () => Promise<void>; log: Logger }): Ticker {
  const { name, everyMs, act, log } = options
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let stopped = false

  const turn = async () => {
    running = act().catch((error: unknown) =>
      log.error({ error: (error as Error).message, turn: name }, `${name} failed`),
    )
    await running
    running = undefined
    if (!stopped) timer = setTimeout(() => void turn(), everyMs)
  }

  return {
    start() {
      timer = setTimeout(() => void turn(), everyMs)
    },
    tick: act,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
