import { setTimeout as sleep } from 'node:timers/promises'

/** How the answers of one steady stream of requests came. */
export type Steady = { latencies: number[]; statuses: Map<number | string, number> }

const tickMs = 5

/**
 * Sends requests at a fixed rate for a time, however slowly they are answered, and waits for the last answer. The time
 * of each counts from the moment at which it was due: a server that stands still delays all that come meanwhile.
 */
export async function steadily(options: {
  perSecond: number
  seconds: number
  /** Sends one request; resolves with its status. */
  send: (turn: number) => Promise<number>
}): Promise<Steady> {
  const { perSecond, seconds, send } = options
  const total = Math.round(perSecond * seconds)
  const statuses = new Map<number | string, number>()
  const latencies: number[] = []
  const begun = performance.now()
  const underWay: Promise<void>[] = []
  for (let sent = 0; sent < total; await sleep(tickMs)) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1_000) * perSecond))
    for (; sent < due; sent += 1) underWay.push(one(sent, begun + (sent / perSecond) * 1_000))
  }
  await Promise.all(underWay)
  return { latencies, statuses }

  async function one(turn: number, dueAt: number): Promise<void> {
    const status = await send(turn).catch((error: unknown) => (error as NodeJS.ErrnoException).code ?? 'failed')
    latencies.push(performance.now() - dueAt)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
}

/** Several streams as one. */
export function together(streams: Steady[]): Steady {
  const statuses = new Map<number | string, number>()
  for (const one of streams)
    for (const [status, count] of one.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count)
  return { latencies: streams.flatMap(({ latencies }) => latencies), statuses }
}

/** The time within which 95 of 100 were answered, in milliseconds. */
export function p95({ latencies }: Steady): number {
  return latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.95)] ?? 0
}
