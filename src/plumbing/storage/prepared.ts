import { createHash } from 'node:crypto'
import pg from 'pg'

/** The beginning of a statement that runs all the time with the same text. */
export const prepared = '/* prepared */'

/**
 * A connection that sends statements beginning with `prepared` as named ones: their text is sent and planned once,
 * instead of with every group of claims, where planning costs as much as writing several claims.
 *
 * PostgreSQL would keep a plan that was made for an empty table while the table fills, until the table is next
 * analysed. So a statement is prepared again each time the connection has run it twice as often as before.
 */
export class PreparingClient extends pg.Client {
  readonly #runs = new Map<string, number>()

  override query = ((...args: Parameters<pg.Client['query']>) => {
    const [text, values] = args as unknown[]
    const isHot = typeof text === 'string' && text.startsWith(prepared)
    return isHot ? super.query({ name: this.#nameOf(text), text, values: values as unknown[] }) : super.query(...args)
  }) as pg.Client['query']

  /** PostgreSQL keeps 63 characters of a name. */
  #nameOf(text: string): string {
    const runs = (this.#runs.get(text) ?? 0) + 1
    this.#runs.set(text, runs)
    return `${digestOf(text)}-${Math.floor(Math.log2(runs))}`
  }
}

const digests = new Map<string, string>()

function digestOf(text: string): string {
  const known = digests.get(text)
  if (known) return known
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32)
  digests.set(text, digest)
  return digest
}
