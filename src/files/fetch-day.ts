import type { Merchant } from '../merchants/merchant.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Services } from '../services.ts'
import { importFile } from './due-files.ts'
import { expectFile } from './expect-files.ts'
import { fetchFile } from './fetch-file.ts'
import type { WechatFile } from './wechat-file.ts'

/**
 * Gets a day's trade bills of all of a merchant's numbers whose keys are here and brings them in, whatever became of them
 * before; one that is kept is only brought in. Throws `Unusable` when no number has keys.
 */
export async function fetchDay(services: Services, merchant: Merchant, day: string, signal: AbortSignal) {
  const mchids = merchant.accounts.filter(({ keys }) => keys).map(({ mchid }) => mchid)
  if (mchids.length === 0) throw new Unusable([`no number of ${merchant.slug} has keys here`])
  const files: WechatFile[] = []
  for (const mchid of mchids) {
    signal.throwIfAborted()
    const known = await expectFile(services, { mchid, kind: 'trade_bill', day })
    const file = known.state === 'kept' ? known : await fetchFile(services, known)
    files.push(await bringIn(services, file, signal))
  }
  return files
}

/** Brings a kept file's rows in at once, and returns the file as it is then. */
export async function bringIn(services: Services, file: WechatFile, signal: AbortSignal): Promise<WechatFile> {
  if (file.state !== 'kept' || file.imported_at !== null) return file
  await importFile(services, file, { signal, progress: undefined, save: () => Promise.resolve() })
  return services.db.selectFrom('wechat_files').selectAll().where('id', '=', file.id).executeTakeFirstOrThrow()
}
