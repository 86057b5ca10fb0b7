import type { Config } from '../../plumbing/config/config.ts'
import type { Cache } from '../../plumbing/cache.ts'
import type { Clock } from '../../plumbing/clock.ts'
import type { Secrets } from '../../plumbing/secrets/vault.ts'
import type { Db } from '../../plumbing/storage/database.ts'

/** What of the services this room's acts take. */
export type Parts = { db: Db; clock: Clock; secrets: Secrets; cache: Cache; config: Pick<Config, 'passwordLog2N'> }

/** Who does it, for the row of the audit. `operatorId` null: the command line, or nobody known. */
export type Doer = { operatorId: number | null; email: string; address: string }

export const commandLine: Doer = { operatorId: null, email: 'command line', address: '' }
