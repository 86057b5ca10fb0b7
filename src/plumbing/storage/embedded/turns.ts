/** Turns on the one session that PGlite has: whoever holds one is alone on it, for a statement or for a transaction. */
export type Turns = {
  /** Resolves when the caller's turn has come, to the way to give it back. First come, first served. */
  take(): Promise<() => void>
  /** Resolves when every turn that was asked for until now has been given back. */
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
