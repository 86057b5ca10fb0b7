import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Context } from './context.ts'

type Asset = { type: string; bytes: Buffer; gzipped: Buffer }

const stored = new Map<string, Asset>()

/** `GET /assets/{file}` from memory. */
export function asset(ctx: Context): void {
  const found = stored.get(ctx.path)
  if (!found) return
  const gzip = ctx.acceptsEncodings('gzip', 'identity') === 'gzip'
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
  ctx.vary('Accept-Encoding')
  if (gzip) ctx.set('Content-Encoding', 'gzip')
  ctx.type = found.type
  ctx.body = gzip ? found.gzipped : found.bytes
}

/** The address of public/{name}. It contains a hash of the file's content, so it may be cached for ever. */
export function storeAsset(name: string, type: string): string {
  const bytes = readFileSync(new URL(`../../../public/${name}`, import.meta.url))
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12)
  const path = `/assets/${name.replace('.', `.${hash}.`)}`
  stored.set(path, { type, bytes, gzipped: gzipSync(bytes, { level: 9 }) })
  return path
}
