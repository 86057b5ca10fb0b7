import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { Agent } from 'undici'
import { openGate } from './gate/gate.ts'
import { openLedger } from './ledger/ledger.ts'
import { type Clock, systemClock } from './plumbing/clock.ts'
import type { Config } from './plumbing/config/config.ts'
import { openDatabase } from './plumbing/storage/database.ts'
import { openBells } from './plumbing/schedule/bells.ts'
import { openPace } from './pace/pace.ts'
import { openLog } from './plumbing/telemetry/log.ts'
import { openCatalog } from './merchants/catalog.ts'
import { openRedis, redisReady } from './plumbing/storage/redis.ts'
import { openSecrets } from './plumbing/secrets/vault.ts'
import type { Services } from './services.ts'
import { openOfficialClients } from './merchants/official-clients.ts'
import { openPayClients } from './merchants/pay-clients.ts'

/** Sockets a host: enough for a worker's sends at 500 a second and 100 ms each. */
const connectionsPerHost = 64
/** A host that gives no connection by then is given up for the other one. */
const connectTimeoutMs = 2_000
/** Redis that is away does not keep a process from starting: the ledger holds the limits. */
const redisPatienceMs = 2_000

/** Opens everything a process needs, once. Throws when the database cannot be opened. `close()` ends it all. */
export async function openServices(
  config: Config,
  overrides: { clock?: Clock; log?: Logger; processName?: string; statementTimeoutMs?: number } = {},
): Promise<Services> {
  const clock = overrides.clock ?? systemClock
  const log = overrides.log ?? openLog(config.logLevel)
  const { statementTimeoutMs } = overrides
  const db = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, statementTimeoutMs })
  const redis = openRedis(config.redisUrls, log)
  if (redis && !(await redisReady(redis, redisPatienceMs)))
    log.warn('Redis does not answer yet: claims go by the ledger alone')
  const secrets = openSecrets(config.masterKeys)
  const http = new Agent({ connections: connectionsPerHost, pipelining: 1, connect: { timeout: connectTimeoutMs } })
  const processName = overrides.processName ?? `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`
  const gate = openGate({ redis, db, log })
  const bells = openBells(redis, processName, log)

  return {
    config,
    db,
    redis,
    clock,
    log,
    processName,
    secrets,
    http,
    catalog: openCatalog(db, secrets, clock),
    gate,
    ledger: openLedger(db, clock, (merchantId, freed) => gate.giveBack(merchantId, freed)),
    pace: openPace(redis, clock),
    bells,
    pay: openPayClients({ config, http, clock, log, db }),
    official: openOfficialClients({ config, http, clock, log }),
    async close() {
      bells.close()
      redis?.disconnect()
      await http.destroy()
      await db.destroy()
    },
  }
}
