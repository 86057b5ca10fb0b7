import { setTimeout as sleep } from 'node:timers/promises'

/** How the answers of one steady stream of requests came. */
export type Steady = { done: number; statuses: Map<number | string, number>; p50Ms: number; p95Ms: number }

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
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  return { done: latencies.length, statuses, p50Ms: at(0.5), p95Ms: at(0.95) }

  async function one(turn: number, dueAt: number): Promise<void> {
    const status = await send(turn).catch((error: unknown) => (error as NodeJS.ErrnoException).code ?? 'failed')
    latencies.push(performance.now() - dueAt)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
}
