import type { Cluster, Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Gate } from './gate/gate.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { Cache } from './plumbing/cache.ts'
import type { Clock } from './plumbing/clock.ts'
import type { Config } from './plumbing/config/config.ts'
import type { Mailer } from './plumbing/mail/mailer.ts'
import type { Db } from './plumbing/storage/database.ts'
import type { Catalog } from './merchants/catalog.ts'
import type { Bells } from './plumbing/schedule/bells.ts'
import type { Pace } from './pace/pace.ts'
import type { Walls } from './plumbing/walls/walls.ts'
import type { Secrets } from './plumbing/secrets/vault.ts'
import type { OfficialClient } from './wechat/official/client.ts'
import type { PayClient } from './wechat/pay/client.ts'
import type { Account, CardProduct, Merchant } from './merchants/merchant.ts'

/** Everything a request or a loop needs, opened once. */
export type Services = {
  config: Config
  db: Db
  redis: Redis | Cluster | undefined
  clock: Clock
  log: Logger
  /** The unique name of this process; its leases are held under it. */
  processName: string
  /** What this process keeps in memory for a while. It can be loaded again at any time. */
  cache: Cache
  secrets: Secrets
  /** What every call to WeChat goes through, so that no merchant waits for another one's. */
  walls: Walls
  /** Merchants, campaigns and stocks by name, at most 1 s old. */
  catalog: Catalog
  gate: Gate
  ledger: Ledger
  pace: Pace
  /** Wakes the loops of this process and of the others. */
  bells: Bells
  /** The WeChat Pay client of an account that has keys; the same object until the account changes. */
  pay(account: Account): PayClient
  /** The client of a brand that signs for itself; the same object until its card entry changes. */
  brand(product: CardProduct): PayClient
  /** The Official Account client of a merchant; the same object until its appid or secret changes. */
  official(merchant: Merchant): OfficialClient
  /** Sends mail; undefined where no server is set. */
  mail: Mailer | undefined
  /** Aborted when this process begins to stop. */
  stopping: AbortController
  close(): Promise<void>
}
