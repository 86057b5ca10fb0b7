import { type Actor, actAs } from './context.ts'

/** A Thursday evening in Beijing, five days before a month ends. */
const beginning = Date.parse('2026-11-26T20:00:00+08:00')

export type VirtualTimer = { at: number; actor: Actor; act: () => void; order: number }

/** The time that all simulated processes share. It stands still until the scheduler moves it. */
export type VirtualTime = {
  /** Milliseconds since the beginning. */
  now(): number
  /** The true time of the world, which each process sees with an error of its own. */
  date(): Date
  set(milliseconds: number): void
  startTimer(actor: Actor, delayMs: number, act: () => void): VirtualTimer
  stopTimer(timer: VirtualTimer): void
  /** When the next timer of a process that lives and is not stalled is due. */
  nextTimerAt(): number | undefined
  /** Fires what is due now; returns how many. */
  fireDue(): number
}

export function openVirtualTime(): VirtualTime {
  let present = 0
  let order = 0
  const timers = new Set<VirtualTimer>()
  const dueAt = ({ at, actor }: VirtualTimer) => Math.max(at, actor.stalledUntil)

  return {
    now: () => present,
    date: () => new Date(beginning + present),
    set: (milliseconds) => void (present = Math.max(present, milliseconds)),
    startTimer(actor, delayMs, act) {
      const timer = { at: present + Math.max(0, delayMs), actor, act, order: (order += 1) }
      timers.add(timer)
      return timer
    },
    stopTimer: (timer) => void timers.delete(timer),
    nextTimerAt() {
      for (const timer of timers) if (!timer.actor.alive) timers.delete(timer)
      return timers.size === 0 ? undefined : Math.min(...[...timers].map(dueAt))
    },
    fireDue() {
      const due = [...timers].filter((timer) => timer.actor.alive && dueAt(timer) <= present)
      for (const timer of due.toSorted((a, b) => a.at - b.at || a.order - b.order)) {
        // One that fired before may have stopped it.
        if (timers.delete(timer)) actAs(timer.actor, timer.act)
      }
      return due.length
    },
  }
}
