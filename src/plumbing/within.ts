/** What `work` gives; rejects when it takes longer than `limitMs`. The work itself goes on, and may fail unheard. */
export function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), Math.max(0, limitMs))
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
