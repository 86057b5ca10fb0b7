import type { Merchant } from '../../merchants/merchant.ts'
import { noteAlone } from '../../operators/told.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Applied } from '../apply-in.ts'
import { promiseWords } from '../promise.ts'
import { stockIdsOf } from '../rules-of.ts'
import { stocksNamed } from '../stocks-named.ts'

/** Tells of a change that one person has confirmed alone. */
export async function tellOfMoney(
  trx: Db,
  merchant: Merchant,
  { at, by, before, after }: Pick<Applied, 'before' | 'after'> & { at: Date; by: string },
): Promise<void> {
  const stocks = await stocksNamed(trx, merchant.id, stockIdsOf(after))
  const deed = before?.state === 'draft' && after.state === 'published' ? '发布了' : '修改了'
  const words = `${by} 一个人确认，${deed}“${merchant.name}”的活动“${after.title}”：${promiseWords(after, stocks)}`
  await noteAlone(trx, { merchantId: merchant.id, at, by, words })
}
