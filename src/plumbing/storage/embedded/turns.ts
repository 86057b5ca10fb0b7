/** Turns on PGlite's one session: the holder of a turn has the session alone, for a statement or for a transaction. */
export type Turns = {
  /** Resolves when it is the caller's turn, with a function that gives it back. First come, first served. */
  take(): Promise<() => void>
  /** Resolves when every turn that has been requested so far was given back. */
  over(): Promise<void>
}

export function openTurns(): Turns {
  let last: Promise<void> = Promise.resolve()
  return {
    async take() {
      const before = last
      let giveBack = () => {}
      last = new Promise((resolve) => (giveBack = resolve))
      await before
      return giveBack
    },
    over: () => last,
  }
}
