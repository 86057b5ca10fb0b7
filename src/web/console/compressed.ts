import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Context } from '../shell/context.ts'

const zip = promisify(gzip)
/** What fits into one packet gains nothing. */
const bytesAtLeast = 1_024

/**
 * Compresses the page that was answered, for a browser that takes it. A page's length can tell its secrets only to
 * somebody who makes the person's browser ask with words of their own: the session's cookie is `SameSite=Strict`, so no
 * other site can.
 */
export async function compress(ctx: Context): Promise<void> {
  const { body } = ctx
  if (typeof body !== 'string' || body.length < bytesAtLeast || ctx.method === 'HEAD') return
  ctx.vary('Accept-Encoding')
  if (ctx.acceptsEncodings('gzip', 'identity') !== 'gzip') return
  ctx.body = await zip(body)
  ctx.set('Content-Encoding', 'gzip')
}
