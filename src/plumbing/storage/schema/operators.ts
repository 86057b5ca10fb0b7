import type { Generated } from 'kysely'
import type { Json, Time } from './column.ts'

export type Role = 'owner' | 'operator' | 'finance' | 'viewer' | 'provider'

export type OperatorsTable = {
  id: Generated<number>
  /** In small letters. */
  email: string
  name: string
  /** Null until the person has set one. */
  password_hash: string | null
  totp_sealed: string | null
  /** The last time step of which a code was used. */
  totp_step: Generated<number>
  /** Of browsers that nobody knows, since the last sign-in from one. */
  failures: Generated<number>
  /** No unknown browser may try before this. */
  not_before: Time | null
  created_at: Time
}

/** At one merchant, at all merchants of one provider's number, or (both null) everywhere. */
export type ScopeColumns = { merchant_id: number | null; provider_mchid: string | null }

export type MembershipsTable = ScopeColumns & {
  id: Generated<number>
  operator_id: number
  role: Role
  given_by: string
  since: Time
  ended_by: string | null
  ended_at: Time | null
}

/** A browser in which the person has signed in before. */
export type OperatorDevicesTable = {
  operator_id: number
  token_hash: string
  failures: Generated<number>
  not_before: Time | null
  seen_at: Time
}

/** Deleted when it is used. */
export type RecoveryCodesTable = { operator_id: number; code_hash: string }

/** How far a sign-in has come: a code is asked for, an authenticator must be set up, or all is done. */
export type SessionStage = 'password' | 'setup' | 'full'

export type OperatorSessionsTable = {
  id: Generated<number>
  token_hash: string
  operator_id: number
  stage: SessionStage
  began_at: Time
  seen_at: Time
  ends_at: Time
  /** When a code of the authenticator was last given. */
  code_at: Time | null
  /** Codes and passwords asked for and given wrongly, since the last right one. */
  tries: Generated<number>
  /** Where the browser was, and what it said it is. */
  address: string
  agent: string
  /** An authenticator that was shown and is not yet proven. */
  seed_sealed: string | null
  /** What is shown once, on the next page. */
  notice_sealed: string | null
}

export type LinkPurpose = 'invite' | 'authenticator' | 'reset'

export type OperatorLinksTable = ScopeColumns & {
  id: Generated<number>
  token_hash: string
  purpose: LinkPurpose
  operator_id: number | null
  /** Of an invitation; null where the first owner gives it. */
  email: string | null
  role: Role | null
  made_by: string
  made_at: Time
  ends_at: Time
  used_at: Time | null
}

export type ProposalsTable = ScopeColumns & {
  id: Generated<number>
  act: string
  subject: string
  /** JSON, kept byte for byte. */
  payload: string
  payload_hash: string
  /** Of what it would change, when it was asked. */
  revision: string
  state: 'asked' | 'approved' | 'rejected'
  asked_by: number
  asked_at: Time
  ends_at: Time
  decided_by: number | null
  decided_at: Time | null
  reason: string | null
}

/** One field of a deed: its name, what it was, what it is. Never a secret. */
export type AuditChange = [field: string, before: string | null, after: string | null]

/** Only ever inserted. */
export type AuditEntriesTable = ScopeColumns & {
  id: Generated<number>
  at: Time
  /** Null where no operator did it: the command line, or nobody known. */
  operator_id: number | null
  by: string
  act: string
  subject: string
  changes: Json<AuditChange[]>
  address: string
  previous: string
  hash: string
}

/** That an owner of the merchant lets the people of a provider's number see it. */
export type ProviderLinksTable = {
  id: Generated<number>
  merchant_id: number
  mchid: string
  accepted_by: string
  accepted_at: Time
  ended_by: string | null
  ended_at: Time | null
}

/** What a merchant's owners and its provider's people are told of. */
export type NoticesTable = {
  id: Generated<number>
  merchant_id: number
  at: Time
  by: string
  words: string
  /** Null until it was mailed, or is not to be. */
  mailed_at: Time | null
}
