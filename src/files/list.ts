import type { Selectable } from 'kysely'
import type { Merchant } from '../merchants/merchant.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { WechatFileSharesTable } from '../plumbing/storage/schema.ts'
import type { WechatFile } from './wechat-file.ts'

/** A file that concerns a merchant, with the merchant's part of it once its rows were brought in. */
export type FiledFor = { file: WechatFile; share: Selectable<WechatFileSharesTable> | undefined }

const most = 500

/** The bills of a merchant's numbers and the flows of its stocks in these days (`20261101`), newest first. */
export async function filesOf(db: Db, merchant: Merchant, days: { from: string; to: string }): Promise<FiledFor[]> {
  const stocks = db.selectFrom('stocks').select('stock_id').where('merchant_id', '=', merchant.id)
  const mchids = merchant.accounts.map(({ mchid }) => mchid)
  const files = await db
    .selectFrom('wechat_files')
    .selectAll()
    .where('day', '>=', days.from)
    .where('day', '<=', days.to)
    .where((eb) =>
      eb.or([
        eb.and([eb('kind', '=', 'trade_bill'), eb('mchid', 'in', mchids)]),
        eb.and([eb('kind', '!=', 'trade_bill'), eb('stock_id', 'in', stocks)]),
      ]),
    )
    .orderBy('day', 'desc')
    .orderBy('id')
    .limit(most)
    .execute()
  const shares = await db
    .selectFrom('wechat_file_shares')
    .selectAll()
    .where('merchant_id', '=', merchant.id)
    .where('file_id', 'in', [0, ...files.map(({ id }) => id)])
    .execute()
  return files.map((file) => ({ file, share: shares.find((one) => one.file_id === file.id) }))
}
