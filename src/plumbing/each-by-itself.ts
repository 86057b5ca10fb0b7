import { AskAgain } from './ask-again.ts'

/**
 * Does `act` for every item in turn, also when an earlier one failed, and returns the results in order. When some
 * failed it throws after the last item: the error itself, or an `AggregateError` for several. When all of several are
 * `AskAgain` it throws an `AskAgain` with that `AggregateError` as its cause, so that the caller tries again.
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
