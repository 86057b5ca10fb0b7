import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { openGate } from './gate/gate.ts'
import { openLedger } from './ledger/ledger.ts'
import { openCache } from './plumbing/cache.ts'
import { type Clock, systemClock } from './plumbing/clock.ts'
import type { Config } from './plumbing/config/config.ts'
import { openMailer } from './plumbing/mail/mailer.ts'
import { openDatabase } from './plumbing/storage/database.ts'
import { openBells } from './plumbing/schedule/bells.ts'
import { openPace } from './pace/pace.ts'
import { openLog } from './plumbing/telemetry/log.ts'
import { openCatalog } from './merchants/catalog.ts'
import { openWalls } from './plumbing/walls/walls.ts'
import { openRedis, redisReady } from './plumbing/storage/redis.ts'
import { openSecrets } from './plumbing/secrets/vault.ts'
import type { Services } from './services.ts'
import { openOfficialClients } from './merchants/official-clients.ts'
import { openBrandClients, openPayClients } from './merchants/pay-clients.ts'

/** After this time a process starts without Redis: the ledger enforces the limits. */
const redisPatienceMs = 2_000

/** Opens everything a process needs, once. Throws when the database cannot be opened. `close()` closes it all. */
export async function openServices(
  config: Config,
  overrides: { clock?: Clock; log?: Logger; processName?: string; statementTimeoutMs?: number; asGuest?: boolean } = {},
): Promise<Services> {
  const clock = overrides.clock ?? systemClock
  const log = overrides.log ?? openLog(config.logLevel)
  const { statementTimeoutMs, asGuest } = overrides
  const db = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, statementTimeoutMs, asGuest })
  const redis = openRedis(config.redisUrls, log)
  if (redis && !(await redisReady(redis, redisPatienceMs)))
    log.warn('Redis does not answer yet: claims go by the ledger alone')
  const secrets = openSecrets(config.masterKeys)
  const processName = overrides.processName ?? `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`
  const cache = openCache(clock)
  const walls = openWalls({ cache, clock, log })
  const gate = openGate({ redis, db, log })
  const bells = openBells(redis, processName, log)

  return {
    config,
    db,
    redis,
    clock,
    log,
    processName,
    cache,
    secrets,
    walls,
    catalog: openCatalog(db, secrets, cache),
    gate,
    ledger: openLedger(db, clock, (merchantId, freed) => gate.giveBack(merchantId, freed)),
    pace: openPace(redis, clock),
    bells,
    pay: openPayClients({ config, walls, cache, clock, log, db }),
    brand: openBrandClients({ config, walls, cache, clock, log }),
    official: openOfficialClients({ config, walls, cache, clock, log }),
    mail: config.smtp && openMailer(config.smtp, log),
    stopping: new AbortController(),
    async close() {
      bells.close()
      redis?.disconnect()
      await walls.close()
      await db.destroy()
    },
  }
}
