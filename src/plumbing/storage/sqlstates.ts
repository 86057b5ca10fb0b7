/** Codes of PostgreSQL's errors: https://www.postgresql.org/docs/15/errcodes-appendix.html */
export const uniqueViolation = '23505'
export const deadlockDetected = '40P01'
/** Also what a statement ends with that takes longer than its time. */
export const queryCancelled = '57014'

/** The SQLSTATE of a statement that failed; undefined for any other error. */
export function sqlStateOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
