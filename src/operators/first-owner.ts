import type { Config } from '../plumbing/config/config.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { linkOfCommandMs, makeLink } from './links.ts'
import { commandLine, type Parts } from './rights/parts.ts'
import { everywhere } from './rights/scope.ts'

/** True while nobody can sign in. */
export async function nobodyIsThere(db: Db): Promise<boolean> {
  const somebody = await db
    .selectFrom('operators')
    .select('id')
    .where('totp_sealed', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return somebody === undefined
}

/**
 * The token of a link at which whoever opens it becomes the first owner of everything; undefined once somebody can sign
 * in. Only for a machine where whoever sees the output owns it: in production `operator create` makes the first one.
 *
 * @internal Tests open the link without the program.
 */
export async function firstOwnerLink({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<string | undefined> {
  if (!(await nobodyIsThere(db))) return undefined
  const link = { purpose: 'invite', role: 'owner', made_by: commandLine.email, ...everywhere } as const
  return makeLink(db, link, { now: clock.now(), lifeMs: linkOfCommandMs })
}

/**
 * The same as an address to print when the program starts. Never in production, where what is printed is kept and read
 * by others.
 */
export async function firstOwnerAddress(parts: Parts & { config: Config }): Promise<string | undefined> {
  const { production, consoleUrl } = parts.config
  if (production || consoleUrl === undefined) return undefined
  const token = await firstOwnerLink(parts)
  return token && `${consoleUrl}/link/${token}`
}
