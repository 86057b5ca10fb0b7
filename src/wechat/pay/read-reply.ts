import type { z } from 'zod'
import type { PayReply } from './types.ts'

/** Reads the body of an `ok` answer. If it lacks a documented field, the reply is `unknown`, like an unreadable one. */
export function readReply<T>(reply: PayReply<unknown>, reader: z.ZodType<T>): PayReply<T> {
  if (reply.kind !== 'ok') return reply
  const { status, requestId, date } = reply
  const read = reader.safeParse(reply.body)
  if (read.success) return { kind: 'ok', status, body: read.data, requestId, date }
  const fields = read.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
  return { kind: 'unknown', word: 'unreadable_answer', status, requestId, date, detail: fields.join('; ') }
}
