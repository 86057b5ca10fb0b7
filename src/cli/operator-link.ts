import type { Config } from '../plumbing/config/config.ts'
import { CliRefusal } from './cli-refusal.ts'

/** Makes the address of a one-time link. Throws `CliRefusal` where the console is off, before anything was done. */
export function linkMaker({ consoleUrl }: Config): (token: string) => string {
  if (consoleUrl === undefined) throw new CliRefusal('the console is off: set CONSOLE_URL first')
  return (token) => `${consoleUrl}/link/${token}`
}
