import { z } from 'zod'
import { parseJson } from '../../plumbing/files/parse-json.ts'
import type { Failure, HeaderBag, RawAnswer } from '../exchange.ts'
import type { PayReply, RefusalReply, UnknownReply, UnknownWord } from './types.ts'

/** A 2xx whose signature was verified. Its body is parsed only now (docs/wechat/pay-v3.md 1.4). */
export function acceptedReply<T>(answer: RawAnswer): PayReply<T> {
  const { status, headers } = answer
  const marks = marksOf(headers)
  if (status === 204) return { kind: 'ok', status, body: undefined as T, ...marks }
  try {
    return { kind: 'ok', status, body: JSON.parse(answer.body.toString()) as T, ...marks }
  } catch {
    return unknownReply('unreadable_answer', status, headers, 'the body is not JSON')
  }
}

/** Any answer that is not 2xx. The body may be a gateway's page or empty (docs/wechat/pay-v3.md 1.7). */
export function refusalReply(answer: RawAnswer, proven: boolean): RefusalReply {
  const said = envelopeSchema.safeParse(parseJson(answer.body)).data
  const { requestId, date } = marksOf(answer.headers)
  return {
    kind: 'refusal',
    status: answer.status,
    code: said?.code ?? '',
    message: said?.message ?? '',
    detail: said?.detail,
    requestId,
    subCode: requestId === undefined ? undefined : /-(\d+)$/.exec(requestId)?.[1],
    proven,
    date,
  }
}

/** No answer, or an unusable one. A status that is not 2xx is a refusal, even when the rest was unreadable. */
export function failureReply(failure: Failure): UnknownReply | RefusalReply {
  const headers = failure.headers ?? {}
  if (failure.word === 'unreadable_answer' && failure.status !== undefined && !isSuccess(failure.status)) {
    return refusalReply({ status: failure.status, headers, body: Buffer.alloc(0) }, false)
  }
  const reply = unknownReply(failure.word, failure.status, headers, failure.detail)
  return failure.heldBack ? { ...reply, heldBack: true } : reply
}

export function unknownReply(
  word: UnknownWord,
  status: number | undefined,
  headers: HeaderBag,
  detail: string,
): UnknownReply {
  return { kind: 'unknown', word, status, detail, ...marksOf(headers) }
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

const envelopeSchema = z.object({ code: z.string(), message: z.string().catch(''), detail: z.unknown().optional() })

/** What an answer says about itself. */
function marksOf(headers: HeaderBag): { requestId: string | undefined; date: string | undefined } {
  return { requestId: one(headers['request-id']), date: one(headers.date) }
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
