import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Db } from '../plumbing/storage/database.ts'
import type { Secrets } from '../plumbing/secrets/vault.ts'

const pack = promisify(gzip)
const unpack = promisify(gunzip)

/** Unpacked; so much of a file is in memory at a time, and one row of the table holds at most as much. */
const pieceBytes = 1024 * 1024
const keyBytes = 32
/** The sizes that AES-GCM is specified for. */
const nonceBytes = 12
const tagBytes = 16

export type PieceWriter = {
  push(bytes: Uint8Array): Promise<void>
  /** Writes the last piece, and returns how many there are. */
  end(): Promise<number>
}

/** A new key for one file: MASTER_KEY seals only it, so that a change of MASTER_KEY touches no piece. */
export function newFileKey(secrets: Secrets, fileId: number): { key: Buffer; sealed: string } {
  const key = randomBytes(keyBytes)
  return { key, sealed: secrets.seal(key.toString('base64'), filePlace(fileId)) }
}

/** Where a file's key is kept; its sealed text opens in no other place. */
export function filePlace(fileId: number): string {
  return `files/${fileId}`
}

/** Writes a file as packed and sealed pieces while it arrives. */
export function openPieceWriter(db: Db, fileId: number, key: Buffer): PieceWriter {
  let waiting: Uint8Array[] = []
  let bytes = 0
  let n = 0

  async function write(): Promise<void> {
    const sealed = seal(await pack(Buffer.concat(waiting)), key, placeOf(fileId, n))
    waiting = []
    bytes = 0
    await db.insertInto('wechat_file_pieces').values({ file_id: fileId, n, sealed }).execute()
    n += 1
  }

  return {
    async push(chunk) {
      for (let rest = chunk; rest.length > 0;) {
        const taken = rest.subarray(0, pieceBytes - bytes)
        waiting.push(taken)
        bytes += taken.length
        rest = rest.subarray(taken.length)
        if (bytes === pieceBytes) await write()
      }
    },
    async end() {
      if (bytes > 0) await write()
      return n
    },
  }
}

/**
 * The unpacked bytes of a kept file, piece by piece. Throws when its key does not open, or a piece was changed, moved or
 * lost in the middle.
 */
export async function* readPieces(db: Db, secrets: Secrets, file: { id: number; key_sealed: string | null }) {
  if (file.key_sealed === null) throw new Error(`the file ${file.id} is not kept any more`)
  const key = Buffer.from(secrets.open(file.key_sealed, filePlace(file.id)).reveal(), 'base64')
  for (let n = 0; ; n += 1) {
    const row = await db
      .selectFrom('wechat_file_pieces')
      .select('sealed')
      .where('file_id', '=', file.id)
      .where('n', '=', n)
      .executeTakeFirst()
    if (!row) return
    yield await unpack(open(Buffer.from(row.sealed), key, placeOf(file.id, n)))
  }
}

function placeOf(fileId: number, n: number): Buffer {
  return Buffer.from(`files/${fileId}/${n}`)
}

function seal(body: Buffer, key: Buffer, place: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(place)
  const sealed = Buffer.concat([cipher.update(body), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

function open(sealed: Buffer, key: Buffer, place: Buffer): Buffer {
  const nonce = sealed.subarray(0, nonceBytes)
  const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(place)
  decipher.setAuthTag(tag)
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()])
}
