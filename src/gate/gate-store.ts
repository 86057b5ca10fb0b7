import type { Limit } from '../ledger/limits/limits.ts'

/** Which member asks, in which campaign. `mark` stands for the member. */
export type Asking = { merchantId: number; campaignId: number; mark: string }

/** Of a limit, what names its scope and says how long it is remembered. */
export type GateScope = Pick<Limit, 'scope' | 'ttlSeconds' | 'revision'>

export type Proposal =
  | { kind: 'admitted'; numbers: number[][] }
  /** `grantId`: the grant this member is known to hold. */
  | { kind: 'full'; index: number; grantId: string | undefined }
  /** These scopes must be read from the ledger first. */
  | { kind: 'unloaded'; indexes: number[] }

/** What the gate believes of a scope: all places up to `high` are taken but these. */
export type Believed = { high: number; free: number[] }

/** Where the gate keeps what it believes of the ledger: Redis for many processes, memory for one. */
export type GateStore = {
  propose(asking: Asking, limits: Limit[]): Promise<Proposal>
  /** Forgets everything else about a scope. For a member's few places. */
  exactly(merchantId: number, scope: GateScope, believed: Believed): Promise<void>
  /** So high is taken, unless the scope is known by now. For a campaign's many, which many claims read at once. */
  begin(merchantId: number, scope: GateScope, high: number): Promise<void>
  /** At least this high is taken, and nothing below is believed free. For a campaign's many. */
  raise(merchantId: number, scope: GateScope, high: number): Promise<void>
  clear(merchantId: number, scope: string, numbers: number[]): Promise<void>
  /** From now on a repeated tap of this member is answered with this grant. */
  confirm(asking: Asking, grantId: string): Promise<void>
  /** undefined for a scope that is not loaded. */
  believes(merchantId: number, scope: string): Promise<Believed | undefined>
}

/**
 * For so many seconds after it was read from the ledger a member's full scope is believed: a place that a dead process
 * took, or whose freeing was not heard, comes back to its member after this.
 */
export const believedSeconds = 15
