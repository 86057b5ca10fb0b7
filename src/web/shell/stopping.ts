let stopping = false

/** From now on `/readyz` says no, while requests are still answered. */
export function markStopping(): void {
  stopping = true
}

export function isStopping(): boolean {
  return stopping
}
