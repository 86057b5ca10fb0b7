import { setTimeout as pause } from 'node:timers/promises'
import { operatorTimeoutMs } from '../../operator-patience.ts'
import { elapsedMs } from '../../plumbing/clock.ts'
import type { Services } from '../../services.ts'
import type { PayReply, RefusalReply, UnknownReply } from '../../wechat/pay/types.ts'

/** What came of an act that may be repeated: its answer, WeChat's no, or nothing that says which. */
export type Known<T> =
  | { kind: 'ok'; body: T; requestId: string | undefined }
  | { kind: 'refused'; reply: RefusalReply; mayHaveArrived: boolean }
  | Unknown

/** `mayHaveArrived`: false when no try reached WeChat, so that nothing was done. */
export type Unknown = { kind: 'unknown'; reply: RefusalReply | UnknownReply; mayHaveArrived: boolean }

export type TryLimits = { timeoutMs: number; backup: boolean }

/** Making a stock takes WeChat half a second, starting one a second (docs/wechat/pay-v3.md 2.1, 2.2). */
const tryTimeoutMs = 5_000
const triesAtMost = 4
/** WeChat wants a pause before a repeat; the operator waits at a screen. */
const pauseMs = 100

/**
 * Asks until WeChat's answer says whether it was done, alternately at the main and the backup host, as long as an
 * operator waits. A 5xx, no answer and an unsigned answer say nothing, unless two hosts refuse alike.
 */
export async function askUntilKnown<T>(
  { clock }: Services,
  ask: (limits: TryLimits) => Promise<PayReply<T>>,
): Promise<Known<T>> {
  const deadline = elapsedMs(clock) + operatorTimeoutMs
  let mayHaveArrived = false
  let before: RefusalReply | UnknownReply | undefined
  for (let tries = 0; ; tries += 1) {
    const leftMs = Math.max(1, Math.floor(deadline - elapsedMs(clock)))
    const reply = await ask({ timeoutMs: Math.min(tryTimeoutMs, leftMs), backup: tries % 2 === 1 })
    if (reply.kind === 'ok') return { kind: 'ok', body: reply.body, requestId: reply.requestId }
    if (isRefusal(reply, before)) {
      return { kind: 'refused', reply, mayHaveArrived: mayHaveArrived || reply.mayHaveArrived === true }
    }
    mayHaveArrived ||= mayBeDone(reply)
    before = reply
    if (tries + 1 >= triesAtMost || elapsedMs(clock) + pauseMs >= deadline)
      return { kind: 'unknown', reply, mayHaveArrived }
    await pause(pauseMs * (tries + 1))
  }
}

/** Nobody signs a 401, and of a refusal without a signature a second one of the same code is believed. */
function isRefusal(
  reply: RefusalReply | UnknownReply,
  before: RefusalReply | UnknownReply | undefined,
): reply is RefusalReply {
  if (reply.kind !== 'refusal' || reply.status < 400 || reply.status >= 500) return false
  const agrees = before?.kind === 'refusal' && before.status === reply.status && before.code === reply.code
  return reply.proven || reply.status === 401 || agrees
}

function mayBeDone(reply: RefusalReply | UnknownReply): boolean {
  if (reply.kind === 'unknown') return reply.word !== 'unreachable' || reply.mayHaveArrived === true
  return reply.status >= 500 || reply.mayHaveArrived === true
}
