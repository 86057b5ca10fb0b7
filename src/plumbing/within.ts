/** What `within` rejects with when the work takes too long. */
export class TooLate extends Error {}

/**
 * The result of `work`; rejects when it takes longer than `limitMs`. The work itself goes on, and a later failure is
 * ignored.
 */
export function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TooLate(`no answer within ${limitMs} ms`)), Math.max(0, limitMs))
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
