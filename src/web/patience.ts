/** How long a client may take. Whoever takes longer loses the connection. */
type Patience = {
  /** For the headers, from the connection or the first byte of a later request. */
  headersMs: number
  /** For the whole request with its body. */
  requestMs: number
  /** From the end of the headers until the client has taken the whole answer. */
  exchangeMs: number
  /** Between an answer and the next request. */
  idleMs: number
  /** For what is under way when the server stops. */
  lastMs: number
  /** How often the first two are looked at. */
  lookMs: number
}

export const usualPatience: Patience = {
  headersMs: 15_000,
  requestMs: 20_000,
  // Far longer than our slowest answer, so that only a client that does not read meets it.
  exchangeMs: 60_000,
  // Longer than a proxy keeps an idle connection, so that it never sends a request into a closing one.
  idleMs: 75_000,
  // The process itself ends after 20 s, whatever is left.
  lastMs: 10_000,
  lookMs: 1_000,
}
