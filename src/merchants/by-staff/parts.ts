import type { Logger } from 'pino'
import type { Clock } from '../../plumbing/clock.ts'
import type { Config } from '../../plumbing/config/config.ts'
import type { Secrets } from '../../plumbing/secrets/vault.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Walls } from '../../plumbing/walls/walls.ts'
import { requireFreshCode, requireMay } from '../../operators/rights/guard.ts'
import type { Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'
import type { Catalog } from '../catalog.ts'

/** What of the services, which are made of this room, acts on a merchant's settings take. */
export type Parts = {
  db: Db
  secrets: Secrets
  clock: Clock
  catalog: Catalog
  walls: Walls
  config: Config
  log: Logger
}

/** Throws `Declined` when the person may not change this merchant's keys and settings, or their last code is too old. */
export function requireMayManage({ clock }: Pick<Parts, 'clock'>, person: Person, { id }: { id: number }): void {
  requireMay(person, 'manage_keys', ofMerchant(id))
  requireFreshCode(person, clock)
}
