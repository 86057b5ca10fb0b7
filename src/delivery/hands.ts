/** A worker's hands: how many sends it may run at a time, how many are running, and how many of them per account. */
export type Hands = {
  /** How many more sends it may start. */
  free(): number
  byAccount: ReadonlyMap<number, number>
  /** Counts the work as in hand until it is done; it must not reject. */
  hold(work: Promise<unknown>, accountId?: number): void
  /** Resolves when all work in hand is done. */
  allDone(): Promise<void>
  isEmpty(): boolean
}

/** Opens hands for at most `most` coupons at a time; `freed` is called each time a hand becomes free. */
export function openHands(most: number, freed: () => void): Hands {
  const inHand = new Set<Promise<void>>()
  const byAccount = new Map<number, number>()
  const count = (accountId: number, change: number) =>
    byAccount.set(accountId, (byAccount.get(accountId) ?? 0) + change)

  return {
    free: () => most - inHand.size,
    byAccount,
    hold(work, accountId) {
      if (accountId !== undefined) count(accountId, 1)
      const held = work.then(() => {
        inHand.delete(held)
        if (accountId !== undefined) count(accountId, -1)
        freed()
      })
      inHand.add(held)
    },
    allDone: async () => void (await Promise.all(inHand)),
    isEmpty: () => inHand.size === 0,
  }
}
