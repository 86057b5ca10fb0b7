import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { openBillReader } from '../wechat/files/bill-reader.ts'
import type { FileFigures } from '../wechat/files/file-reader.ts'
import { openFlowReader } from '../wechat/files/flow-reader.ts'
import { UnreadableFile } from '../wechat/files/unreadable-file.ts'
import { tellsUses } from './wechat-file.ts'
import type { FileKind } from '../plumbing/storage/schema.ts'

/** What was taken in: the SHA-1 of the unpacked and of the packed bytes, and what the rows add up to. */
export type TakenIn = { sha1: string; packedSha1: string; bytes: number; figures: FileFigures }

/** A trade bill of a million rows has about 400 MB. */
const mostBytes = 1024 * 1024 * 1024

/**
 * Takes a file in while it arrives: unpacks it where it is packed (its first bytes decide, not a header), reads every
 * row, and passes the unpacked bytes on. Throws `UnreadableFile` for one that is not whole, not right or too large, and
 * what its source throws when the connection breaks.
 */
export async function takeIn(
  source: AsyncIterable<Uint8Array>,
  kind: FileKind,
  pass: (bytes: Uint8Array) => Promise<void>,
  most = mostBytes,
): Promise<TakenIn> {
  const reader = kind === 'trade_bill' ? openBillReader() : openFlowReader(tellsUses(kind) ? 'uses' : 'refunds')
  const [plain, packed] = [createHash('sha1'), createHash('sha1')]
  let bytes = 0
  async function take(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > most) throw new UnreadableFile(`it is longer than ${most} bytes`)
      plain.update(chunk)
      reader.push(chunk)
      await pass(chunk)
    }
  }
  await unpacking(hashed(source, packed), take)
  return { sha1: plain.digest('hex'), packedSha1: packed.digest('hex'), bytes, figures: reader.end() }
}

async function* hashed(source: AsyncIterable<Uint8Array>, hash: { update(bytes: Uint8Array): unknown }) {
  for await (const chunk of source) {
    hash.update(chunk)
    yield chunk
  }
}

const gzipMagic = [0x1f, 0x8b]

async function unpacking(
  source: AsyncIterable<Uint8Array>,
  take: (chunks: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const chunks = source[Symbol.asyncIterator]()
  let first = new Uint8Array(0)
  while (first.length < gzipMagic.length) {
    const next = await chunks.next()
    if (next.done) break
    first = Buffer.concat([first, next.value])
  }
  const whole = startingWith(first, chunks)
  if (!gzipMagic.every((byte, nth) => first[nth] === byte)) return take(whole)
  try {
    await pipeline(Readable.from(whole), createGunzip(), take)
  } catch (error) {
    throw isZlibError(error) ? new UnreadableFile('it cannot be unpacked') : error
  }
}

async function* startingWith(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
}
