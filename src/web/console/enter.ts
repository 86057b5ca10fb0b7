import type { SignedIn } from '../../operators/sign-in.ts'
import type { Context } from '../shell/context.ts'
import { setConsoleCookie } from './cookies.ts'

/** Gives the browser its session, and from now on it is known. */
export function enter(ctx: Context, { token, device }: SignedIn): void {
  setConsoleCookie(ctx, 'session', token)
  setConsoleCookie(ctx, 'device', device)
  setConsoleCookie(ctx, 'form', '')
}

/** After a form: the page at `path`, which a reload only shows again. */
export function goTo(ctx: Context, path: string): void {
  ctx.status = 303
  ctx.redirect(path)
}
