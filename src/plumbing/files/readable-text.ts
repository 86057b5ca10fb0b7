import { z } from 'zod'

/**
 * Text of a file that people read in one line. PostgreSQL accepts no zero byte, prepared pages use control characters of
 * their own, and nobody sees any of them.
 */
export const lineOfText = z
  .string()
  .trim()
  .regex(/^\P{Cc}*$/u, 'must have no line breaks or other control characters')

/** The same in several lines. */
export const linesOfText = z
  .string()
  .trim()
  .regex(/^[\P{Cc}\n\r\t]*$/u, 'must have no control characters but line breaks and tabs')

/** A text from elsewhere as one line: what is between two words becomes a space. */
export function asLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
}
