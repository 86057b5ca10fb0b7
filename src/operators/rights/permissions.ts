import type { Role } from '../../plumbing/storage/schema.ts'

const everyone: Role[] = ['owner', 'operator', 'finance', 'viewer', 'provider']

/**
 * Who may do what: the one table that menu, routes and acts ask. A role has these within its membership's scope. A
 * provider's staff never see members or payments.
 */
export const permissions = {
  /** Overview, stocks, campaigns, halts, errors. */
  look: everyone,
  /** How far a merchant is with its twelve steps. */
  look_at_steps: everyone,
  /** Examine, say by hand how far a step is, share a half of them. */
  keep_steps: ['owner', 'operator', 'provider'],
  look_at_members: ['owner', 'operator', 'finance', 'viewer'],
  look_at_payments: ['owner', 'operator', 'finance', 'viewer'],
  /** In full, and in exports; others see it masked. */
  see_openids: ['owner', 'operator', 'finance'],
  /** Import, sync, shelf. */
  keep_stocks: ['owner', 'operator', 'provider'],
  /** Create, activate, pause, restart: only where the creating number's keys are ours. */
  act_at_wechat: ['owner', 'provider'],
  edit_campaigns: ['owner', 'operator'],
  /** Send again, give up. */
  settle_grants: ['owner', 'operator'],
  /** Publish, raise a limit, bind another stock or sender, lower a tier, retry in bulk, grant by hand above the sum. */
  ask_for_money: ['owner', 'operator', 'provider'],
  approve_money: ['owner'],
  /** Keys, secrets and the Official Account. */
  manage_keys: ['owner'],
  manage_alerts: ['owner'],
  manage_staff: ['owner'],
  look_at_audit: ['owner'],
  look_at_reconciliation: everyone,
  /** Sign a day, and open it again. */
  sign_reconciliation: ['finance'],
  /** A new merchant: only with a role everywhere. */
  add_merchants: ['owner'],
  /** Told of what somebody approved alone. */
  hear_of_deeds: ['owner', 'provider'],
} satisfies Record<string, Role[]>

export type Act = keyof typeof permissions

/** The roles that may do it. */
export function rolesFor(act: Act): readonly Role[] {
  return permissions[act]
}
