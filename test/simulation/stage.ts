import { Redis } from 'ioredis'
import pg from 'pg'
import type { Config } from '../../src/plumbing/config/config.ts'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { merchantPlace } from '../../src/merchants/secret-places.ts'
import { migrate } from '../../src/plumbing/storage/migrate.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { openServices } from '../../src/open-services.ts'
import type { Services } from '../../src/services.ts'
import { aMerchant } from '../support/builders.ts'
import { testConfig } from '../support/config.ts'
import { installChronicle } from './chronicle.ts'
import { openPlatformSeal, type PlatformSeal } from './platform-seal.ts'

/** What all runs share: one database, emptied before each run, one Redis, one merchant, WeChat's keys. */
export type Stage = AsyncDisposable & {
  config: Config
  seal: PlatformSeal
  merchant: Merchant
  /** A process outside the simulation: its statements are no steps, its clock is `clock`. */
  clerk: Services
  clock: { now(): Date }
  /** The judge's own line to the database. */
  admin: pg.Client
  redis: Redis
  /** Empties the ledger, the facts and Redis. */
  clear(): Promise<void>
}

/** `databaseUrl` names an empty database, `redisUrl` a Redis database that nobody else uses. */
export async function openStage(databaseUrl: string, redisUrl: string): Promise<Stage> {
  const config = configOf(databaseUrl, redisUrl)
  const seal = openPlatformSeal()
  const clock = { now: () => new Date() }
  const clerk = await openServices(config, { log: openLog('silent'), clock: { now: () => clock.now() } })
  await migrate(clerk.db)
  const admin = new pg.Client({ connectionString: databaseUrl })
  await admin.connect()
  await installChronicle(admin)
  const merchant = await writeMerchant(clerk, seal)
  const redis = new Redis(redisUrl)
  const kept = [
    'merchants',
    'accounts',
    'platform_certificates',
    'kysely_migration',
    'kysely_migration_lock',
    'audit_entries',
  ]
  const { rows } = await admin.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> all($1)`,
    [kept],
  )
  const tables = rows.map((row) => row.name).join(', ')

  return {
    config,
    seal,
    merchant,
    clerk,
    clock,
    admin,
    redis,
    async clear() {
      await admin.query(`truncate ${tables} restart identity`)
      await redis.flushdb()
      clerk.catalog.forget()
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect()
      await clerk.close()
      await admin.end()
    },
  }
}

function configOf(databaseUrl: string, redisUrl: string): Config {
  const wechat = {
    openUrl: 'http://open.wechat',
    apiUrl: 'http://api.wechat',
    payUrl: 'http://main.wechat',
    payBackupUrl: 'http://backup.wechat',
    filesUrl: 'http://files.wechat',
  }
  return { ...testConfig(), databaseUrl, dataDir: '', redisUrls: [redisUrl], wechat }
}

/** Answers to it verify by the seal's key; members' marks are the same on every stage, or a seed would not come again. */
async function writeMerchant(clerk: Services, seal: PlatformSeal): Promise<Merchant> {
  const { slug } = await aMerchant(clerk, { slug: 'shop' })
  await clerk.db
    .updateTable('accounts')
    .set({ public_key_id: seal.publicKeyId, public_key: seal.publicKey })
    .where('role', '=', 'sender')
    .execute()
  const memberKey = clerk.secrets.seal(fixedMemberKey, merchantPlace(slug, 'member_key'))
  await clerk.db.updateTable('merchants').set({ appid: fixedAppid, member_key_sealed: memberKey }).execute()
  clerk.catalog.forget()
  return (await clerk.catalog.merchant(slug)) as Merchant
}

const fixedAppid = 'wx0123456789abcdef'
const fixedMemberKey = Buffer.alloc(32, 7).toString('base64')
