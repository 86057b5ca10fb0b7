/** A cause of a cause of a cause explains nothing more, and an error may be its own. */
const deepest = 4

/**
 * What a line tells of an error: its type, words, place in the code, code and constraint, and the same of its causes.
 * Everything else that libraries add is left out, as PostgreSQL's `detail`, which quotes the row, or the arguments of a
 * command of Redis. A text stays as it is.
 */
export function loggedError(error: unknown, depth = 0): unknown {
  if (!isError(error))
    return typeof error === 'string' ? withoutArguments(error) : Object.prototype.toString.call(error)
  const { message, stack, code, constraint, cause, errors } = error
  const said = wordsOf(error)
  const shown = {
    type: error.constructor.name,
    message: said,
    stack: stack?.replace(message, () => said),
    code,
    constraint,
  }
  if (depth === deepest) return shown
  return {
    ...shown,
    ...(cause !== undefined && { cause: loggedError(cause, depth + 1) }),
    ...(Array.isArray(errors) && { errors: errors.map((one) => loggedError(one, depth + 1)) }),
  }
}

type Told = Error & { code?: unknown; constraint?: unknown; errors?: unknown }

function isError(value: unknown): value is Told {
  return value instanceof Error
}

/** PostgreSQL quotes a value of which it could make nothing (SQLSTATE class 22). */
function wordsOf({ message, code }: Told): string {
  const isUnreadableValue = typeof code === 'string' && /^22...$/.test(code)
  return isUnreadableValue ? message.replace(/"[^]*"/, '"***"') : withoutArguments(message)
}

/** Redis quotes the arguments of a command that it does not know or allow. */
function withoutArguments(message: string): string {
  return message.replace(/(with args beginning with:).*/s, '$1 ***')
}
