import { promises as fs } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { FileMigrationProvider, Migrator } from 'kysely'
import type { Db } from './database.ts'

const migrationFolder = fileURLToPath(new URL('../migrations', import.meta.url))

/** Brings the database to the newest schema and returns the names of what was applied. Throws what a migration threw. */
export async function migrate(db: Db): Promise<string[]> {
  const { error, results = [] } = await migrator(db).migrateToLatest()
  if (error) throw error
  return results.map((result) => result.migrationName)
}

/** True when every migration of this release has been applied. */
export async function schemaIsCurrent(db: Db): Promise<boolean> {
  const migrations = await migrator(db).getMigrations()
  return migrations.every((migration) => migration.executedAt !== undefined)
}

function migrator(db: Db): Migrator {
  return new Migrator({ db, provider: new FileMigrationProvider({ fs, path, migrationFolder }) })
}
