import { z } from 'zod'
import { beijingOffset } from '../../plumbing/clock.ts'

/*
 * Readers for WeChat's JSON, whose samples and answers have numbers as strings, nulls for missing values, and times
 * with or without milliseconds (docs/wechat/pay-v3.md 1, 2.7). Unknown keys are dropped; required keys stay required.
 */

export const text = z.union([z.string(), z.number().transform(String)])

/** Fen and counts: whole numbers, also written as strings. */
export const whole = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  ])
  .pipe(z.int())

export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])

/** RFC 3339, or the `yyyyMMddHHmmss` of WeChat's oldest pages, which is Beijing time. */
export const time = z.string().transform((written, context) => {
  const old = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(written)
  const at = old
    ? `${old[1]}-${old[2]}-${old[3]}T${old[4]}:${old[5]}:${old[6]}${beijingOffset}`
    : withOffset.test(written)
      ? written
      : ''
  const read = new Date(at)
  if (!Number.isNaN(read.getTime())) return read
  context.addIssue({ code: 'custom', message: 'not a time with an offset' })
  return z.NEVER
})

const withOffset = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/** Absent, null and the empty string all mean absent. */
export function maybe<T extends z.ZodType>(reader: T) {
  return z.preprocess((value) => (value === null || value === '' ? undefined : value), reader.optional())
}

/** Of everything that WeChat lists here an order has at most fifty. */
const mostEntries = 500

/** A list that may be absent or null. A far longer one is refused unread: to say what is wrong in each would take long. */
export function listOf<T extends z.ZodType>(reader: T) {
  const short = z.array(z.unknown()).max(mostEntries)
  return z.preprocess((value) => value ?? [], short.pipe(z.array(reader)))
}
