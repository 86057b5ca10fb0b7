import { z } from 'zod'

/** Whole fen. */
export const fen = z.int('must be a whole number of fen')
export const count = z.int('must be a whole number')
export const flag = z.boolean('must be true or false')
export const mchid = z.string('must be a merchant number in quotes').regex(/^[0-9]{6,20}$/, 'must be a merchant number')

/** An instant as WeChat wants it (docs/wechat/pay-v3.md 1). */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be a time with its offset, as 2026-12-01T00:00:00+08:00' })
  .max(32, 'must be at most 32 characters long')

/** WeChat takes no character of four bytes (docs/wechat/pay-v3.md 1.2), and nobody sees a control character. */
export const plainText = z
  .string('must be text')
  .min(1, 'must not be empty')
  .regex(/^[^\ud800-\udfff]*$/, 'must have no emoji: WeChat takes none')
  .regex(/^[\P{Cc}\n]*$/u, 'must have no control characters')

/** Of at most that many characters. */
export function textUpTo(most: number) {
  return plainText.max(most, `must be at most ${most} characters long`)
}

/** 1 to 50 texts, each once; WeChat's limit for every list of a stock. */
export function listOf<T extends z.ZodType>(each: T, most = 50) {
  const said = `must be a list of 1 to ${most}`
  return z
    .array(each, said)
    .min(1, said)
    .max(most, said)
    .refine((list) => new Set(list).size === list.length, 'must name nothing twice')
}

/** A field that WeChat lists and does not take. */
export function refusedField(why: string) {
  return z.never(why).optional()
}

/** How wide a text is where a character that is not Latin counts as `each`. */
export function widthOf(text: string, each: number): number {
  return text.length + (each - 1) * wideCharacters(text)
}

export function wideCharacters(text: string): number {
  return text.match(/[^ -ÿ]/g)?.length ?? 0
}
