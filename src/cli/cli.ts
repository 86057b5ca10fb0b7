import { type Config, readConfig } from '../plumbing/config/config.ts'
import { patientTimeoutMs } from '../plumbing/storage/database.ts'
import { openLog } from '../plumbing/telemetry/log.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { schemaIsCurrent } from '../plumbing/storage/migrate.ts'
import { openServices } from '../open-services.ts'
import type { Services } from '../services.ts'
import { CliRefusal } from './cli-refusal.ts'

export type Environment = Record<string, string | undefined>

/** What a command needs of the program around it. */
export type Cli = {
  /** Undefined: the process's own environment. */
  env: Environment | undefined
  print(text: string): void
  /** The text as it is; resolves once the reader has taken it, so that a long answer does not gather in memory. */
  write(text: string): Promise<void>
  /** Called when the command did its work and its answer is no: the exit code is then 1. */
  foundWanting(): void
}

/** The configuration of the command's environment. Throws `Unusable`. */
export function configOf(cli: Cli): Config {
  return readConfig(cli.env)
}

/**
 * Opens the services for one command and closes them after it. Standard output is the command's answer; the log goes to
 * standard error and has only errors. Throws `CliRefusal` when the database schema is older than this release.
 */
export async function withServices<T>(cli: Cli, work: (services: Services) => Promise<T>): Promise<T> {
  const log = openLog('error', process.stderr)
  const services = await openServices(configOf(cli), { log, statementTimeoutMs: patientTimeoutMs, asGuest: true })
  try {
    if (!(await schemaIsCurrent(services.db))) {
      throw new CliRefusal('the database is not of this release: run  npm run migrate  first')
    }
    return await work(services)
  } finally {
    await services.close()
  }
}

/** The merchant of that slug. Throws `CliRefusal` when there is none. */
export async function merchantNamed(services: Services, slug: string): Promise<Merchant> {
  const merchant = await services.catalog.merchant(slug)
  if (!merchant) throw new CliRefusal(`there is no merchant ${slug}`)
  return merchant
}

/** The answer as lines, or as JSON when asked. */
export function answer(cli: Cli, json: boolean | undefined, data: unknown, lines: string[]): void {
  cli.print(json ? JSON.stringify(data, null, 2) : lines.join('\n'))
}
