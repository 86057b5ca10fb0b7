import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { Config } from '../../src/config.ts'
import { type Db, openDatabase } from '../../src/database.ts'
import { migrate } from '../../src/migrate.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { readMerchant } from '../../src/merchants/read-merchant.ts'
import { openSecrets, type Secrets } from '../../src/secrets.ts'
import { accountPlace, merchantPlace } from '../../src/merchants/secret-places.ts'
import { installChronicle } from './chronicle.ts'
import { appid, mchid } from './messages.ts'
import { openPlatformSeal, type PlatformSeal } from './platform-seal.ts'
import { creatorMchid } from './wechat.ts'

/** What all runs share: one database, emptied before each run, one Redis, one merchant, WeChat's keys. */
export type Stage = AsyncDisposable & {
  config: Config
  seal: PlatformSeal
  merchant: Merchant
  /** The world's own way to the database, in real time and without steps. */
  db: Db
  admin: pg.Client
  redis: Redis
  /** Empties the ledger, the facts and Redis. */
  clear(): Promise<void>
}

/** `databaseUrl` names an empty database, `redisUrl` a Redis database that nobody else uses. */
export async function openStage(databaseUrl: string, redisUrl: string): Promise<Stage> {
  const masterKey = randomBytes(32)
  const seal = openPlatformSeal()
  const db = await openDatabase({ url: databaseUrl, dataDir: '' })
  await migrate(db)
  const admin = new pg.Client({ connectionString: databaseUrl })
  await admin.connect()
  await installChronicle(admin)
  const secrets = openSecrets([masterKey])
  await writeMerchant(db, secrets, seal)
  const merchant = (await readMerchant(db, secrets, { slug: 'shop' })) as Merchant
  const redis = new Redis(redisUrl)
  const kept = ['merchants', 'accounts', 'platform_certificates', 'kysely_migration', 'kysely_migration_lock']
  const { rows } = await admin.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> all($1)`,
    [kept],
  )
  const tables = rows.map((row) => row.name).join(', ')

  return {
    config: configOf(databaseUrl, redisUrl, masterKey),
    seal,
    merchant,
    db,
    admin,
    redis,
    async clear() {
      await admin.query(`truncate ${tables} restart identity`)
      await redis.flushdb()
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect()
      await db.destroy()
      await admin.end()
    },
  }
}

function configOf(databaseUrl: string, redisUrl: string, masterKey: Buffer): Config {
  const wechat = {
    openUrl: 'http://open.wechat',
    apiUrl: 'http://api.wechat',
    payUrl: 'http://main.wechat',
    payBackupUrl: 'http://backup.wechat',
  }
  return {
    production: false,
    host: '127.0.0.1',
    port: 0,
    role: 'all',
    publicUrl: 'http://localhost:3000',
    databaseUrl,
    dataDir: '',
    redisUrls: [redisUrl],
    masterKeys: [masterKey],
    cookieKeys: [randomBytes(24).toString('base64url')],
    wechat,
    sandbox: { on: false, port: 0 },
    trustProxy: false,
    metricsToken: undefined,
    logLevel: 'silent',
  }
}

/** A merchant with one sender and one bare provider number. */
async function writeMerchant(db: Db, secrets: Secrets, seal: PlatformSeal): Promise<void> {
  const at = new Date(0)
  const { privateKey } = seal
  const { id } = await db
    .insertInto('merchants')
    .values({
      slug: 'shop',
      name: '优购小店',
      appid,
      app_secret_sealed: secrets.seal(randomBytes(16).toString('hex'), merchantPlace('shop', 'app_secret')),
      events_secret_sealed: secrets.seal(
        `whsec_${randomBytes(24).toString('base64')}`,
        merchantPlace('shop', 'events_secret'),
      ),
      domain_verification: '{}',
      updated_at: at,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const sealed = (name: 'private_key' | 'api_v3_key', text: string) =>
    secrets.seal(text, accountPlace('shop', mchid, name))
  await db
    .insertInto('accounts')
    .values([
      {
        merchant_id: id,
        mchid,
        role: 'sender',
        serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
        private_key_sealed: sealed('private_key', privateKey),
        api_v3_key_sealed: sealed('api_v3_key', randomBytes(16).toString('hex')),
        public_key_id: seal.publicKeyId,
        public_key: seal.publicKey,
        sends_per_second: 450,
        updated_at: at,
      },
      { merchant_id: id, mchid: creatorMchid, role: 'provider', sends_per_second: 450, updated_at: at },
    ])
    .execute()
}
