import type { Client } from '../../operators/sessions.ts'
import type { Context } from '../shell/context.ts'
import { consoleCookie } from './cookies.ts'

/** The browser of a request, as sessions and the audit know it. */
export function clientOf(ctx: Context): Client {
  return { address: ctx.ip, agent: ctx.get('user-agent'), device: consoleCookie(ctx, 'device') }
}
