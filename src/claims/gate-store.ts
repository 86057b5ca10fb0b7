import type { Limit } from './limits.ts'

/** Which member asks, in which campaign. */
export type Asking = { merchantId: number; campaignId: number; openid: string }

export type Proposal =
  | { kind: 'admitted'; numbers: number[][] }
  /** `grantId`: the grant this member is known to hold. */
  | { kind: 'full'; index: number; grantId: string | undefined }
  /** These scopes must be read from the ledger first. */
  | { kind: 'unloaded'; indexes: number[] }

/** Where the gate keeps what it believes of the ledger: Redis for many processes, memory for one. */
export type GateStore = {
  propose(asking: Asking, limits: Limit[]): Promise<Proposal>
  /** Adds what the ledger knows to be taken. */
  merge(merchantId: number, limit: Pick<Limit, 'scope' | 'ttlSeconds'>, numbers: number[]): Promise<void>
  /** Forgets everything else about a scope. */
  replace(merchantId: number, limit: Pick<Limit, 'scope' | 'ttlSeconds'>, numbers: number[]): Promise<void>
  clear(merchantId: number, slots: { scope: string; number: number }[]): Promise<void>
  /** From now on a repeated tap of this member is answered with this grant. */
  confirm(asking: Asking, grantId: string): Promise<void>
  /** The places believed taken, or undefined for a scope that is not loaded. */
  taken(merchantId: number, scope: string): Promise<number[] | undefined>
}
