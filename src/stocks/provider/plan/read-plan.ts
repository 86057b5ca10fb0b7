import { z } from 'zod'
import { fieldName } from '../../../plumbing/files/check-file.ts'
import { Unusable } from '../../../plumbing/unusable.ts'
import { couponUseRule } from './coupon-use-rule.ts'
import { flag, instant, mchid, refusedField, textUpTo } from './fields.ts'
import { patternInfo } from './pattern-info.ts'
import { stockName } from './stock-name.ts'
import { stockUseRule } from './stock-use-rule.ts'

const planSchema = z.strictObject({
  stock_name: stockName,
  comment: textUpTo(60).optional(),
  belong_merchant: mchid,
  available_begin_time: instant,
  available_end_time: instant,
  stock_use_rule: stockUseRule,
  pattern_info: patternInfo.optional(),
  coupon_use_rule: couponUseRule,
  no_cash: flag,
  stock_type: z.literal('NORMAL', 'must be NORMAL: no other kind is open'),
  out_request_no: z
    .string('must be text')
    .regex(/^[A-Za-z0-9|_*-]{1,128}$/, 'must be 1 to 128 letters, digits and | _ * -')
    .optional(),
  ext_info: refusedField('leave it out: it is for WeChat itself'),
})

/** A stock to be made, in WeChat's fields (docs/wechat/pay-v3.md 2.1). */
export type StockPlan = z.output<typeof planSchema>

/** Reads the file of a stock. Throws `Unusable` with each wrong, missing or unknown field by its full name. */
export function readPlan(file: unknown): StockPlan {
  const read = planSchema.safeParse(file, { reportInput: true })
  if (read.success) return read.data
  throw new Unusable(read.error.issues.flatMap(sentences))
}

function sentences(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${fieldName([...issue.path, key])}: is no field of this call`)
  }
  return [`${fieldName(issue.path) || 'the file'}: ${words(issue)}`]
}

function words(issue: z.core.$ZodIssue): string {
  const isRefused = issue.code === 'invalid_type' && issue.expected === 'never'
  if (isRefused) return issue.message
  if (issue.input === undefined) return 'is missing'
  if (issue.input === null) return 'must not be null: give a value, or leave out what is optional'
  return issue.code === 'invalid_type' && issue.expected === 'object' ? 'must be an object' : issue.message
}
