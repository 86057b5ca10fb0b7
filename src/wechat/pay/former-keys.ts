import type { Secret } from '../../plumbing/secrets/secret.ts'
import type { PayKeys } from './types.ts'

/** The APIv3 keys that may have sealed what arrives now: the present one, then those that it replaced lately. */
export function apiV3KeysAt({ apiV3Key, former }: PayKeys, now: Date): [Secret, ...Secret[]] {
  const older = former?.apiV3Keys.filter(({ until }) => until > now) ?? []
  return [apiV3Key, ...older.map(({ key }) => key)]
}
