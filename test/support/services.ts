import type { Logger } from 'pino'
import type { Clock } from '../../src/plumbing/clock.ts'
import type { Config } from '../../src/plumbing/config/config.ts'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { openServices } from '../../src/open-services.ts'
import type { Services } from '../../src/services.ts'
import { nobodyListens, testConfig, wechatAt } from './config.ts'
import { createTestDatabase } from './database.ts'
import { takeRedisDatabase } from './redis.ts'
import { afterAll, inject } from 'vitest'

export type TestServicesOptions = {
  clock?: Clock
  log?: Logger
  processName?: string
  /** false: no Redis, the ledger alone holds the limits. */
  redis?: false
  /** The folder of an embedded database, as `npm start` has one, instead of PostgreSQL. */
  dataDir?: string
  /** Where WeChat answers: a started sandbox. Unset: an address where nobody listens. */
  sandbox?: { url: string; backupUrl?: string }
  /** Wins over everything else; its databaseUrl and redisUrls let two processes share one ledger. */
  config?: Partial<Config>
}

/** Services on a database and a Redis of their own, wired as in production; disposing closes them and drops the database. */
export async function openTestServices(options: TestServicesOptions = {}): Promise<Services & AsyncDisposable> {
  const { dataDir } = options
  const isGiven = dataDir !== undefined || options.config?.databaseUrl
  const database = isGiven ? undefined : await createTestDatabase(inject('templateDatabase'))
  const redisUrls = options.redis === false ? [] : (options.config?.redisUrls ?? [await takeRedisDatabase()])
  const wechat = wechatAt(options.sandbox?.url ?? nobodyListens, options.sandbox?.backupUrl)
  const config = {
    ...testConfig(),
    databaseUrl: database?.url,
    ...(dataDir && { dataDir }),
    wechat,
    ...options.config,
    redisUrls,
  }
  const { clock, log = openLog('silent'), processName } = options
  const services = await openServices(config, { log, ...(clock && { clock }), ...(processName && { processName }) })
  async function dispose() {
    await services.close()
    await database?.drop()
  }
  return Object.assign(services, { [Symbol.asyncDispose]: dispose })
}

/** Services for all tests of a file, closed after the last of them. */
export async function servicesOfFile(options: TestServicesOptions = {}): Promise<Services & AsyncDisposable> {
  const services = await openTestServices(options)
  afterAll(() => services[Symbol.asyncDispose]())
  return services
}
