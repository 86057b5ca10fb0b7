import { Command } from 'commander'
import { resealFileKeys } from '../files/reseal-keys.ts'
import { openDatabase, patientTimeoutMs } from '../plumbing/storage/database.ts'
import { giveMemberKeys } from '../merchants/member-keys.ts'
import { resealSecrets } from '../merchants/reseal.ts'
import { resealSeeds } from '../operators/reseal-seeds.ts'
import { migrate } from '../plumbing/storage/migrate.ts'
import { openSecrets } from '../plumbing/secrets/vault.ts'
import { answer, type Cli, configOf } from './cli.ts'

export function migrateCommand(cli: Cli): Command {
  return new Command('migrate')
    .description('bring the database to the newest schema, and seal every secret with the first MASTER_KEY')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const config = configOf(cli)
      const { databaseUrl: url, dataDir } = config
      const db = await openDatabase({ url, dataDir, asGuest: true, statementTimeoutMs: patientTimeoutMs })
      try {
        const applied = await migrate(db)
        const secrets = openSecrets(config.masterKeys)
        const marked = await giveMemberKeys(db, secrets)
        const kinds = [resealSecrets, resealSeeds, resealFileKeys]
        let resealed = 0
        for (const reseal of kinds) resealed += await reseal(db, secrets)
        const lines = [
          ...(applied.length > 0 ? applied.map((name) => `applied ${name}`) : ['the schema is current']),
          ...(marked > 0 ? [`named the members of ${marked} merchants by marks instead of openids`] : []),
          ...(resealed > 0 ? [`sealed ${resealed} secrets with the first MASTER_KEY`] : []),
        ]
        answer(cli, json, { applied, marked, resealed }, lines)
      } finally {
        await db.destroy()
      }
    })
}
