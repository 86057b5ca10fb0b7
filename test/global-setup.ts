import { randomBytes } from 'node:crypto'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../src/plumbing/storage/database.ts'
import { migrate } from '../src/plumbing/storage/migrate.ts'
import { administer, databaseUrl } from './support/database.ts'
import { startPostgres, startRedis } from './support/servers.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server's administrative address. */
    databaseUrl: string
    /** The name of a database of the newest schema, to clone from. */
    templateDatabase: string
    redisUrl: string
  }
}

/** One PostgreSQL and one Redis for all test files, and a migrated database to clone. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const given = { postgres: process.env.TEST_DATABASE_URL, redis: process.env.TEST_REDIS_URL }
  const postgres = given.postgres ? undefined : await startPostgres()
  const redis = given.redis ? undefined : await startRedis()
  const server = given.postgres ?? postgres!.url
  const template = `paycoupon_template_${randomBytes(6).toString('hex')}`
  await createTemplate(server, template).catch(async (error: unknown) => {
    await Promise.all([postgres?.stop(), redis?.stop()])
    throw error
  })

  project.provide('databaseUrl', server)
  project.provide('templateDatabase', template)
  project.provide('redisUrl', given.redis ?? redis!.url)

  return async () => {
    await administer(server, `drop database if exists ${template} with (force)`)
    await Promise.all([postgres?.stop(), redis?.stop()])
  }
}

async function createTemplate(server: string, name: string): Promise<void> {
  await administer(server, `create database ${name} template template0`)
  const db = await openDatabase({ url: databaseUrl(server, name), dataDir: '' })
  await migrate(db)
  await db.destroy()
}
