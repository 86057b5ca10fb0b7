/**
 * How Node, pg and ioredis report a server that cannot be reached at the moment; SQLSTATE classes 08, 53 and 57P, and
 * 25006.
 */
const outageCode = /^(ECONN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|ENOTFOUND|EAI_AGAIN|08|57P|25006|53)/
const outageName = /^(MaxRetriesPerRequestError|ClusterAllFailedError)$/
const outageMessage =
  /connection terminated|connection is closed|timeout exceeded when trying to connect|stream isn't writeable|client has encountered a connection error|command timed out|cannot use a pool after/i

/** True when the database or Redis is away: the person should try again in a moment, and nothing here is broken. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = (error as Error & { code?: unknown }).code
  if (typeof code === 'string' && outageCode.test(code)) return true
  if (outageName.test(error.name) || outageMessage.test(error.message)) return true
  return error instanceof AggregateError ? error.errors.some(isOutage) : isOutage(error.cause)
}
