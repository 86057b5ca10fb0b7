import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import type { Context } from './context.ts'

type Asset = { type: string; bytes: Buffer; gzipped: Buffer }

const stored = new Map<string, Asset>()
const folder = new URL('../../../public/', import.meta.url)

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
  return store(name, type, readFileSync(new URL(name, folder)))
}

/** The same for a file of an installed package, as `name`. */
export function storePackageFile(file: string, name: string, type: string): string {
  return store(name, type, readFileSync(createRequire(import.meta.url).resolve(file)))
}

/** The text of all files of public/{name} with this ending as one, in the order of their names. */
export function readBundle(name: string, ending: string): string {
  const names = readdirSync(new URL(`${name}/`, folder)).filter((file) => file.endsWith(`.${ending}`))
  const files = names.toSorted().map((file) => readFileSync(new URL(`${name}/${file}`, folder), 'utf8'))
  return files.join('')
}

function store(name: string, type: string, bytes: Buffer): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12)
  const path = `/assets/${name.replaceAll('/', '-').replace('.', `.${hash}.`)}`
  stored.set(path, { type, bytes, gzipped: gzipSync(bytes, { level: 9 }) })
  return path
}
