import type { Logger } from 'pino'

/**
 * Ends the process on an error that nobody caught, as Node does, but with a line of the log: Node would print the error
 * with all that is in it, also the row that PostgreSQL quotes.
 */
export function endOnUncaught(log: Logger): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the process ends')
    process.exit(1)
  })
}
