import type { Merchant } from '../merchants/merchant.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Services } from '../services.ts'
import { importFile } from './due-files.ts'
import { expectFile, expectFlows } from './expect-files.ts'
import { fetchFile } from './fetch-file.ts'
import { flowsLeft } from './flow-pace.ts'
import { filesOf } from './list.ts'
import type { WechatFile } from './wechat-file.ts'

/**
 * Gets a day's trade bills of all of a merchant's numbers whose keys are here, and the flows of its stocks, and brings
 * them in, whatever became of them before; one that is kept is only brought in. Flows for which WeChat has no turn in
 * this minute are left to the job `flows`. Throws `Unusable` when no number has keys.
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
  for (const known of await flowsOfDay(services, merchant, day)) {
    signal.throwIfAborted()
    const mayAsk = known.state !== 'kept' && (await flowsLeft(services)) > 0
    files.push(await bringIn(services, mayAsk ? await fetchFile(services, known) : known, signal))
  }
  return files
}

/** The flows of a day, due again where WeChat had refused them. */
async function flowsOfDay(services: Services, merchant: Merchant, day: string): Promise<WechatFile[]> {
  const { db, clock } = services
  await expectFlows(services, day, merchant)
  const filed = await filesOf(db, merchant, { from: day, to: day })
  const flows = filed.map(({ file }) => file).filter(({ kind, origin }) => kind !== 'trade_bill' && origin === 'wechat')
  await db
    .updateTable('wechat_files')
    .set({ state: 'due', reason: null, due_at: clock.now() })
    .where('id', 'in', [0, ...flows.map(({ id }) => id)])
    .where('state', '=', 'refused')
    .execute()
  return flows
}

/** Brings a kept file's rows in at once, and returns the file as it is then. */
export async function bringIn(services: Services, file: WechatFile, signal: AbortSignal): Promise<WechatFile> {
  if (file.state !== 'kept' || file.imported_at !== null) return file
  await importFile(services, file, { signal, progress: undefined, save: () => Promise.resolve() })
  return services.db.selectFrom('wechat_files').selectAll().where('id', '=', file.id).executeTakeFirstOrThrow()
}
