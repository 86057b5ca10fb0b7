import { Command } from 'commander'
import { openDatabase, patientTimeoutMs } from '../database.ts'
import { resealSecrets } from '../merchants/reseal.ts'
import { migrate } from '../migrate.ts'
import { openSecrets } from '../secrets.ts'
import { answer, type Cli, configOf } from './cli.ts'

export function migrateCommand(cli: Cli): Command {
  return new Command('migrate')
    .description('bring the database to the newest schema, and seal every secret with the first MASTER_KEY')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const config = configOf(cli)
      const { databaseUrl: url, dataDir } = config
      const db = await openDatabase({ url, dataDir, statementTimeoutMs: patientTimeoutMs })
      try {
        const applied = await migrate(db)
        const resealed = await resealSecrets(db, openSecrets(config.masterKeys))
        const lines = [
          ...(applied.length > 0 ? applied.map((name) => `applied ${name}`) : ['the schema is current']),
          ...(resealed > 0 ? [`sealed ${resealed} secrets with the first MASTER_KEY`] : []),
        ]
        answer(cli, json, { applied, resealed }, lines)
      } finally {
        await db.destroy()
      }
    })
}
