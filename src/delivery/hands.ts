/** What a worker has in hand: sends under way, and how many of each account. */
export type Hands = {
  /** How many more it may take. */
  free(): number
  byAccount: ReadonlyMap<number, number>
  /** Takes work into hand until it is done; it must not reject. */
  hold(work: Promise<unknown>, accountId?: number): void
  /** Resolves when all of them are done. */
  allDone(): Promise<void>
  isEmpty(): boolean
}

/** Hands for at most so many coupons at a time; `freed` hears of each that is free again. */
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
