import { readFileSync } from 'node:fs'

/** The release that this process runs, as package.json names it. */
export const { version: release } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }
