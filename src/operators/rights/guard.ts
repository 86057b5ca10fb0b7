import type { Clock } from '../../plumbing/clock.ts'
import { Declined } from './declined.ts'
import type { Act } from './permissions.ts'
import { may, type Person } from './person.ts'
import type { Scope } from './scope.ts'

/** For keys, secrets, staff, approvals and exports of personal data: a code of the authenticator is at most this old. */
const freshCodeMs = 10 * 60_000

/** Throws `Declined` when the person may not do `act` in `scope`. */
export function requireMay(person: Person, act: Act, scope: Scope): void {
  if (!may(person, act, scope)) throw new Declined('not_allowed')
}

/** True when the person gave a code of their authenticator in the last ten minutes. */
export function codeIsFresh({ codeAt }: Pick<Person, 'codeAt'>, clock: Clock): boolean {
  return codeAt !== undefined && clock.now().getTime() - codeAt.getTime() < freshCodeMs
}

/** Throws `Declined` (code_needed) when the person's last code is older than ten minutes. */
export function requireFreshCode(person: Person, clock: Clock): void {
  if (!codeIsFresh(person, clock)) throw new Declined('code_needed')
}
