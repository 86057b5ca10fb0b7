import type { Db } from '../plumbing/storage/database.ts'
import { parseJson } from '../plumbing/files/parse-json.ts'
import type { Fact } from './fact.ts'

/** More creations than a merchant needs; the newest ones tell what holds now. */
const newestAtMost = 20

/**
 * What WeChat's answers to creating a stock prove of the provider's products: a prefunded stock needs step 1, one that
 * is not prefunded needs step 5 of each merchant where it can be used (docs/wechat/pay-v3.md 2.0, 2.1).
 */
export async function creationFacts(db: Db, merchantId: number): Promise<Fact[]> {
  const acts = await creations(db, merchantId)
  const senders = await db
    .selectFrom('accounts')
    .select('mchid')
    .where('merchant_id', '=', merchantId)
    .where('role', '=', 'sender')
    .execute()
  return acts.flatMap((act): Fact[] => {
    const asked = act.request === null ? undefined : (parseJson(act.request) as Asked | undefined)
    const noCash = asked?.no_cash === true
    const of = `服务商 ${act.creator_mchid} 创建${noCash ? '免充值' : '预充值'}批次`
    const fact = { step: noCash ? 5 : 1, at: act.at, requestId: act.request_id } as const
    if (act.outcome === 'refused') {
      const words = `${of}，微信答复：${act.code} ${act.message ?? ''}`.trim()
      return isOfProduct(act) ? [{ ...fact, state: 'refused', words }] : []
    }
    const usableAt = asked?.coupon_use_rule?.available_merchants ?? []
    if (noCash && !senders.some(({ mchid }) => usableAt.includes(mchid))) return []
    return [{ ...fact, state: 'granted', words: `${of} ${act.subject} 成功` }]
  })
}

/** What is read of the request that WeChat was asked with. */
type Asked = { no_cash?: boolean; coupon_use_rule?: { available_merchants?: string[] } }

/** The subject of a creation is its own number or, once it has one, the stock's. */
async function creations(db: Db, merchantId: number) {
  return db
    .selectFrom('provider_acts as p')
    .leftJoin('made_stocks as m', (join) =>
      join
        .onRef('m.creator_mchid', '=', 'p.creator_mchid')
        .on(({ eb, ref }) => eb(ref('p.subject'), 'in', [ref('m.stock_id'), ref('m.out_request_no')])),
    )
    .select(['p.creator_mchid', 'p.subject', 'p.outcome', 'p.code', 'p.message', 'p.request_id', 'p.at', 'm.request'])
    .where('p.merchant_id', '=', merchantId)
    .where('p.act', '=', 'create')
    .where('p.outcome', '!=', 'unknown')
    .orderBy('p.id', 'desc')
    .limit(newestAtMost)
    .execute()
}

/** Other refusals are faults of the stock's own fields. */
function isOfProduct({ code, message }: { code: string | null; message: string | null }): boolean {
  return code === 'NO_AUTH' || (message ?? '').includes('可用商户不符合规则')
}
