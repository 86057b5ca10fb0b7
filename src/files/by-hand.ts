import type { Services } from '../services.ts'
import type { FileKind } from '../plumbing/storage/schema.ts'
import { UnreadableFile } from '../wechat/files/unreadable-file.ts'
import { Unusable } from '../plumbing/unusable.ts'
import { expectFile } from './expect-files.ts'
import { beginTry, endTry } from './file-rows.ts'
import { newFileKey, openPieceWriter } from './pieces.ts'
import { takeIn } from './take-in.ts'
import type { WechatFile } from './wechat-file.ts'

/**
 * Keeps a file that somebody downloaded in WeChat's platform. It has no hash: its own count and sums prove that it is
 * whole. Throws `Unusable` when it is not, or when another such file of the day is kept already.
 */
export async function keepByHand(
  services: Services,
  wanted: { mchid: string; kind: FileKind; stockId?: string | undefined; day: string },
  source: AsyncIterable<Uint8Array>,
): Promise<WechatFile> {
  const { db, secrets } = services
  const known = await expectFile(services, { ...wanted, origin: 'hand' })
  if (known.state === 'kept') throw new Unusable(['a file of this number and day was imported by hand already'])
  const file = await beginTry(services, known)
  await db.deleteFrom('wechat_file_pieces').where('file_id', '=', file.id).execute()
  const { key, sealed } = newFileKey(secrets, file.id)
  const pieces = openPieceWriter(db, file.id, key)
  try {
    const taken = await takeIn(source, file.kind, (bytes) => pieces.push(bytes))
    const count = await pieces.end()
    return await endTry(services, file, {
      state: 'kept',
      reason: null,
      taken,
      hashOf: 'none',
      pieces: count,
      keySealed: sealed,
    })
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error
    await endTry(services, file, { state: 'unverified', reason: error.message })
    throw new Unusable([`the file is not taken: ${error.message}`])
  }
}
