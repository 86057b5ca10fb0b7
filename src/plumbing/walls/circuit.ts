import { type Clock, elapsedMs } from '../clock.ts'

/** Whether a host is worth calling. It opens when the host has become silent; then only trials are let through. */
export type Circuit = {
  /** How many calls may begin now: none while the host rests, one as a trial after that, otherwise any number. */
  room(): number
  /** Begins a call. The caller tells the end: whether there was an answer; what it says is of no interest here. */
  begin(): (answered: boolean) => void
}

/** So many calls in a row without an answer are no accident. */
const missesToOpen = 8
/**
 * Nor does it open before the host was silent for this long while it was asked. A host that is only slow, so that calls
 * fail because they wait for a connection, gives some answer in this time.
 */
const silenceToOpenMs = 3_000
/** A host that answers again is called again after this time; until then one call in this time meets the silence. */
const restMs = 5_000

/** Opens a closed circuit. `changed` is called each time it opens or closes. */
export function openCircuit(clock: Clock, changed: (state: 'open' | 'closed') => void): Circuit {
  let misses = 0
  /** When the first call since the last answer began. */
  let askedAt: number | undefined
  let restsUntil: number | undefined
  let isTried = false

  function answer(): void {
    misses = 0
    askedAt = undefined
    if (restsUntil === undefined) return
    restsUntil = undefined
    changed('closed')
  }

  function endOne(answered: boolean): void {
    if (answered) return answer()
    const now = elapsedMs(clock)
    misses += 1
    askedAt ??= now
    // A call that began before it opened says nothing new.
    if (restsUntil !== undefined || misses < missesToOpen || now - askedAt < silenceToOpenMs) return
    restsUntil = now + restMs
    changed('open')
  }

  function endTrial(answered: boolean): void {
    isTried = false
    if (answered) answer()
    else if (restsUntil !== undefined) restsUntil = elapsedMs(clock) + restMs
  }

  return {
    room() {
      if (restsUntil === undefined) return Infinity
      return isTried || elapsedMs(clock) < restsUntil ? 0 : 1
    },
    begin() {
      isTried = restsUntil !== undefined
      if (isTried) return endTrial
      askedAt ??= elapsedMs(clock)
      return endOne
    },
  }
}
