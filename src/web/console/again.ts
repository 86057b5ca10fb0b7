import { Declined } from '../../operators/rights/declined.ts'
import { MailFailed } from '../../plumbing/mail/mail-failed.ts'
import type { FieldError } from './render.ts'

/**
 * Does the deed of a form. What is wrong with the form goes to `show`, which answers with the same page; everything else
 * is thrown on.
 */
export async function orAgain(
  deed: () => Promise<unknown>,
  show: (errors: FieldError[], status: number) => unknown,
): Promise<void> {
  try {
    await deed()
  } catch (error) {
    if (error instanceof MailFailed) return void (await show([{ name: '', text: error.chinese }], 422))
    if (!(error instanceof Declined) || (error.status !== 422 && error.status !== 429)) throw error
    await show([{ name: error.field ?? '', text: error.chinese }], error.status)
  }
}
