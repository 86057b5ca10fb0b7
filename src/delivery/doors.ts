import { leaseMs } from '../ledger/coupon.ts'

/**
 * How long one try to send may take, by caller. `timeoutMs` is the most time that WeChat may take, including a second
 * request. `patienceMs` is how long to wait for a turn at the account's pace; a try waits at most twice.
 */
export const doors = {
  /** A member waits. WeChat answers in about 100 ms; whatever takes longer is sent by the worker. */
  claim: { timeoutMs: 3_000, patienceMs: 1_000 },
  worker: { timeoutMs: 5_000, patienceMs: 1_000 },
  probe: { timeoutMs: 5_000, patienceMs: 2_000 },
  /** An operator waits at a screen or a shell. */
  operator: { timeoutMs: 5_000, patienceMs: 2_000 },
} as const

/**
 * Time between the last moment at which WeChat may be asked and the end of the lease, so that a request on its way
 * arrives before that.
 */
export const lastWordMs = 1_000

for (const [name, { timeoutMs, patienceMs }] of Object.entries(doors)) {
  if (2 * patienceMs + timeoutMs + lastWordMs > leaseMs) throw new Error(`a ${name} may take longer than a lease holds`)
}
