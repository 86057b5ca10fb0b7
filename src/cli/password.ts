import { CliRefusal } from './cli-refusal.ts'
import { readTextFile } from './text-file.ts'

/** The first line of standard input: a password has no place among arguments, which every process of a machine can see. */
export function readPassword(): string {
  const [password = ''] = readTextFile('-').split(/\r?\n/)
  if (password === '') throw new CliRefusal('give the password as a line on standard input')
  return password
}
