/** A worker's hands: how many sends it may run at a time, how many are running, and how many of them per account. */
export type Hands = {
  /** How many more sends it may start. */
  free(): number
  byAccount: ReadonlyMap<number, number>
  /** Counts the work as in hand until it is done; it must not reject. */
  hold(work: Promise<unknown>, accountId: number): void
  /** Resolves when all work in hand is done. */
  allDone(): Promise<void>
  isEmpty(): boolean
}

/**
 * Opens hands for at most `most` coupons at a time; `freed` is called each time a hand becomes free, with
 * how many are still in hand of its account.
 */
export function openHands(most: number, freed: (ofAccount: number) => void): Hands {
  const inHand = new Set<Promise<void>>()
  const byAccount = new Map<number, number>()
  function count(accountId: number, change: number): number {
    const now = (byAccount.get(accountId) ?? 0) + change
    if (now === 0) byAccount.delete(accountId)
    else byAccount.set(accountId, now)
    return now
  }

  return {
    free: () => most - inHand.size,
    byAccount,
    hold(work, accountId) {
      count(accountId, 1)
      const held = work.then(() => {
        inHand.delete(held)
        freed(count(accountId, -1))
      })
      inHand.add(held)
    },
    allDone: async () => void (await Promise.all(inHand)),
    isEmpty: () => inHand.size === 0,
  }
}
