import type { Account } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { FileOffer } from '../wechat/files/ask-files.ts'
import { openDownloads } from '../wechat/files/download.ts'
import { UnreadableFile } from '../wechat/files/unreadable-file.ts'
import { fileCalls } from '../wechat/wall-kinds.ts'
import { askFile, type Asked } from './ask-file.ts'
import { askerOf } from './askers.ts'
import { beginTry, endTry, type TryEnd } from './file-rows.ts'
import { newFileKey, openPieceWriter } from './pieces.ts'
import { takeIn } from './take-in.ts'
import type { WechatFile } from './wechat-file.ts'
import { warnOfFile } from './file-warnings.ts'
import { placesOrders } from './places-orders.ts'

/** An address is good for 30 s and once: one that is used up, or bytes that differ, are asked for anew. */
const mostOffers = 3

/**
 * Asks for a file, fetches it, and keeps it when it agrees with its hash, its count and its sums; otherwise nothing of it
 * is used. Writes how it ended, and returns that.
 */
export async function fetchFile(services: Services, due: WechatFile): Promise<WechatFile> {
  const file = await beginTry(services, due)
  const account = await askerOf(services, file.mchid)
  const end = account ? await tryAll(services, account, file) : noKeys
  const ended = await endTry(services, file, end)
  await warnOfFile(services, ended)
  return ended
}

const noKeys: TryEnd = { state: 'refused', reason: '本系统没有这个商户号的密钥' }

async function tryAll(services: Services, account: Account, file: WechatFile): Promise<TryEnd> {
  let end: TryEnd = { state: 'due', reason: null }
  for (let nth = 1; nth <= mostOffers; nth += 1) {
    const asked = await askFile(services, account, file)
    if (asked.kind !== 'offer') return withRequest(asked, await withoutOffer(services, file, asked))
    end = withRequest(asked, await fetchOffer(services, account, file, asked.offer))
    if (end.state !== 'unverified' && !end.again) return end
  }
  return end
}

function withRequest({ requestId }: Asked, end: TryEnd): TryEnd {
  return { ...end, request_id: requestId ?? null }
}

async function withoutOffer(services: Services, file: WechatFile, asked: Asked): Promise<TryEnd> {
  if (asked.kind === 'not_ready') return { state: 'not_ready', reason: '微信还在生成' }
  if (asked.kind === 'refused') return { state: 'refused', reason: asked.why }
  if (asked.kind === 'later') return { state: 'due', reason: asked.why }
  if (file.kind !== 'trade_bill' || (await placesOrders(services.db, file.mchid)))
    return { state: 'none', reason: 'empty_day' }
  return { state: 'none', reason: 'places_no_orders' }
}

async function fetchOffer(
  services: Services,
  account: Account,
  file: WechatFile,
  { url, sha1, rows }: FileOffer,
): Promise<TryEnd> {
  const { config, walls, clock } = services
  const { payUrl: mainUrl, payBackupUrl: backupUrl, filesUrl } = config.wechat
  const wall = walls.of(fileCalls, account.mchid)
  const download = openDownloads(account.keys!, { mainUrl, backupUrl, filesUrl, wall, clock })
  const got = await download(url)
  if (got.kind === 'foreign') return { state: 'refused', reason: got.detail }
  if (got.kind !== 'file') return { state: 'due', reason: got.detail, again: got.kind === 'refused' }
  try {
    return await keep(services, file, got.body, { sha1, rows })
  } catch (error) {
    if (error instanceof UnreadableFile) return { state: 'unverified', reason: error.message }
    if (isBroken(error)) return { state: 'due', reason: `the connection broke off: ${error.message}` }
    throw error
  } finally {
    got.body.destroy()
  }
}

/** What the connection threw, not our database. */
function isBroken(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  // What is no HTTP any more may have no code.
  if (error.name === 'HTTPParserError') return true
  return 'code' in error && typeof error.code === 'string' && /^(UND_ERR|E[A-Z])/.test(error.code)
}

async function keep(
  { db, secrets }: Services,
  file: WechatFile,
  body: AsyncIterable<Uint8Array>,
  said: { sha1: string; rows: string | undefined },
): Promise<TryEnd> {
  await db.deleteFrom('wechat_file_pieces').where('file_id', '=', file.id).execute()
  const { key, sealed } = newFileKey(secrets, file.id)
  const pieces = openPieceWriter(db, file.id, key)
  const taken = await takeIn(body, file.kind, (bytes) => pieces.push(bytes))
  const count = await pieces.end()
  const hashOf = taken.sha1 === said.sha1 ? 'unpacked' : taken.packedSha1 === said.sha1 ? 'packed' : undefined
  if (!hashOf || (file.kind === 'trade_bill' && hashOf === 'packed'))
    return { state: 'unverified', reason: `its SHA-1 is ${taken.sha1}, and WeChat says ${said.sha1}` }
  if (said.rows !== undefined && Number(said.rows) !== taken.figures.rows)
    return {
      state: 'unverified',
      reason: `WeChat says ${said.rows.slice(0, 20)} rows, and it has ${taken.figures.rows}`,
    }
  return { state: 'kept', reason: null, taken, hashOf, pieces: count, keySealed: sealed }
}
