import type { Wall } from '../../plumbing/walls/wall.ts'

/** The origins of WeChat Pay's main and backup host. */
export type PayHosts = { main: string; backup: string }

/** Throws when an address has a path: the signature covers the path, and WeChat's paths start at /v3. */
export function payHosts({ mainUrl, backupUrl }: { mainUrl: string; backupUrl: string }): PayHosts {
  return { main: originOf(mainUrl), backup: originOf(backupUrl) }
}

/** How many calls may begin now, at both hosts together. */
export function roomAt(wall: Wall, { main, backup }: PayHosts): number {
  return wall.room(main) + (backup === main ? 0 : wall.room(backup))
}

/** Throws when an address has a path. */
export function originOf(url: string): string {
  const { origin, pathname } = new URL(url)
  if (pathname !== '/') throw new Error(`a WeChat Pay address must have no path: ${url}`)
  return origin
}
