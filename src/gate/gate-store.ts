import type { Limit } from '../ledger/limits/limits.ts'

/** Which member asks, in which campaign. `mark` identifies the member. */
export type Asking = { merchantId: number; campaignId: number; mark: string }

/** The part of a limit that names its scope and says how long the gate remembers it. */
export type GateScope = Pick<Limit, 'scope' | 'ttlSeconds' | 'revision'>

export type Proposal =
  | { kind: 'admitted'; numbers: number[][] }
  /** `grantId`: the grant this member is known to hold. */
  | { kind: 'full'; index: number; grantId: string | undefined }
  /** These scopes must be read from the ledger first. */
  | { kind: 'unloaded'; indexes: number[] }

/** What the gate believes about a scope: all places up to `high` are taken, except those in `free`. */
export type Believed = { high: number; free: number[] }

/** Where the gate keeps what it believes about the ledger: Redis for many processes, memory for one. */
export type GateStore = {
  propose(asking: Asking, limits: Limit[]): Promise<Proposal>
  /** Replaces everything that is believed about a scope. For a member's few places. */
  exactly(merchantId: number, scope: GateScope, believed: Believed): Promise<void>
  /**
   * Places up to `high` are taken; ignored when the scope is already known. For a campaign's many places, which many
   * claims read at the same time.
   */
  begin(merchantId: number, scope: GateScope, high: number): Promise<void>
  /** Places up to at least `high` are taken, and none below is believed free. For a campaign's many places. */
  raise(merchantId: number, scope: GateScope, high: number): Promise<void>
  clear(merchantId: number, scope: string, numbers: number[]): Promise<void>
  /** From now on a repeated tap of this member is answered with this grant. */
  confirm(asking: Asking, grantId: string): Promise<void>
  /** undefined for a scope that is not loaded. */
  believes(merchantId: number, scope: string): Promise<Believed | undefined>
}

/**
 * How long a member's full scope is believed after it was read from the ledger. Then it is read again, so that a place
 * that a dead process took, or whose release the gate missed, comes back to the member.
 */
export const believedSeconds = 15
