import { WrongFields } from '../../../../merchants/by-staff/wrong-fields.ts'
import { orAgain } from '../../again.ts'
import type { FieldError } from '../../render.ts'

/** Does the deed of a form about a merchant; what is wrong with its fields goes to `show`, everything else is thrown on. */
export function orFieldsAgain(
  deed: () => Promise<unknown>,
  show: (errors: FieldError[], status: number) => unknown,
): Promise<void> {
  return orAgain(async () => {
    try {
      await deed()
    } catch (error) {
      if (!(error instanceof WrongFields)) throw error
      await show(error.fields, 422)
    }
  }, show)
}
