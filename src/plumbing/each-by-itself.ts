import { AskAgain } from './ask-again.ts'

/**
 * Does `act` for every item in turn, whatever becomes of the others, and answers in their order. When some failed it
 * throws once all are done: the error itself, or for several an `AggregateError` with all of them; an `AskAgain`
 * with it as its cause where they are all of that kind, so that whoever can wait still does.
 */
export async function eachByItself<T, R>(items: T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const errors: unknown[] = []
  for (const item of items) {
    try {
      results.push(await act(item))
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length === 0) return results
  if (errors.length === 1) throw errors[0]
  const all = new AggregateError(errors, errors.map(String).join('; '))
  throw errors.every((error) => error instanceof AskAgain) ? new AskAgain(all.message, { cause: all }) : all
}
