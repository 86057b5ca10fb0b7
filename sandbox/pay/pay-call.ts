import type { Incoming } from '../http.ts'
import type { SandboxState } from '../state.ts'
import type { WorldAccount } from '../world.ts'
import type { RefusalRow } from './refusals.ts'

/** A WeChat Pay call with a right signature. `params` are the path's decoded parts, `body` its JSON, empty for a form. */
export type PayCall = {
  state: SandboxState
  request: Incoming
  account: WorldAccount
  params: Record<string, string>
  body: Record<string, unknown>
}

/** `file`: bytes without any signature; `unsigned`: JSON without one. */
export type PayResult = { ok: object; unsigned?: true } | { file: Buffer } | { refused: RefusalRow }

/** One endpoint of WeChat Pay. `facts` returns the member and stock of a call, for faults and the list of calls. */
export type PayHandler = {
  /** Absent: JSON. */
  takes?: 'form'
  handle(call: PayCall): PayResult | Promise<PayResult>
  facts?(call: PayCall): { openid?: string; stockId?: string; outRequestNo?: string }
  /** Called when the answer is being sent, also after a failure. */
  done?(call: PayCall): void
}

export function ok(body: object): PayResult {
  return { ok: body }
}

export function refuse(row: RefusalRow, message?: string): PayResult {
  return { refused: message === undefined ? row : { ...row, message } }
}

/** A text field of the body; undefined when it is missing or not text. */
export function textOf(body: Record<string, unknown>, field: string): string | undefined {
  const value = body[field]
  return typeof value === 'string' && value !== '' ? value : undefined
}
