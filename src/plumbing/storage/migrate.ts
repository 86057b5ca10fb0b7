import { readdir } from 'node:fs/promises'
import { type Migration, Migrator } from 'kysely'
import type { Db } from './database.ts'

const migrationFolder = new URL('../../../migrations/', import.meta.url)

/**
 * Brings the database to the newest schema and returns the names of the applied migrations. Throws what a migration
 * threw.
 */
export async function migrate(db: Db): Promise<string[]> {
  const { error, results = [] } = await migrator(db).migrateToLatest()
  if (error) throw error as Error
  return results.map((result) => result.migrationName)
}

/** True when every migration of this release has been applied. */
export async function schemaIsCurrent(db: Db): Promise<boolean> {
  const migrations = await migrator(db).getMigrations()
  return migrations.every((migration) => migration.executedAt !== undefined)
}

function migrator(db: Db): Migrator {
  return new Migrator({ db, provider: { getMigrations: readMigrations } })
}

/**
 * Kysely's own FileMigrationProvider imports from inside node_modules, where a test runner's TypeScript loader does not
 * reach.
 */
async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(migrationFolder)).filter((file) => file.endsWith('.ts')).sort()
  const load = async (file: string) =>
    [file.slice(0, -'.ts'.length), (await import(new URL(file, migrationFolder).href)) as Migration] as const
  return Object.fromEntries(await Promise.all(files.map(load)))
}
