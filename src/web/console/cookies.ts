import type { Context } from '../shell/context.ts'
import { readCookie, writeCookie } from '../shell/cookies.ts'

/**
 * The console's cookies: of a session, of a browser that is known, of a form before a sign-in, and of keys that are
 * switched off. None is the member pages', and no link from another site brings one along.
 */
export type ConsoleCookie = 'session' | 'device' | 'form' | 'keys'

const names: Record<ConsoleCookie, string> = {
  session: 'pc_console',
  device: 'pc_console_device',
  form: 'pc_console_form',
  keys: 'pc_console_keys',
}

/** A browser is known for this long after its last sign-in, and its keys stay off. */
const lastingMs = 180 * 86_400_000

export function consoleCookie(ctx: Context, cookie: ConsoleCookie): string | undefined {
  return readCookie(ctx, nameOf(ctx, cookie))
}

/** Sets one of the cookies; an empty value deletes it. */
export function setConsoleCookie(ctx: Context, cookie: ConsoleCookie, value: string): void {
  // `__Host-` demands the path `/`: no other host of the domain can then set or replace it. Without https browsers
  // refuse the prefix.
  const secure = isSecure(ctx)
  const paths = [secure ? '/' : '/console']
  const maxAge = (cookie === 'device' || cookie === 'keys') && value !== '' ? { maxAgeMs: lastingMs } : {}
  writeCookie(ctx, nameOf(ctx, cookie), value, { paths, strict: true, secure, ...maxAge })
}

function nameOf(ctx: Context, cookie: ConsoleCookie): string {
  return isSecure(ctx) ? `__Host-${names[cookie]}` : names[cookie]
}

function isSecure({ state }: Context): boolean {
  return state.services.config.consoleUrl?.startsWith('https:') ?? true
}
