import type { Db } from '../plumbing/storage/database.ts'
import type { Fact } from './fact.ts'
import type { StepNumber } from './steps.ts'

/** What the imported stocks and the campaigns prove: WeChat showed the stock to the merchant's own number. */
export async function shelfFacts(db: Db, merchantId: number): Promise<Fact[]> {
  return [...(await stockFacts(db, merchantId)), ...(await campaignFacts(db, merchantId))]
}

async function stockFacts(db: Db, merchantId: number): Promise<Fact[]> {
  const stocks = await db
    .selectFrom('stocks')
    .select(['stock_id', 'name', 'status', 'no_cash', 'created_at', 'synced_at'])
    .where('merchant_id', '=', merchantId)
    .orderBy('id', 'desc')
    .execute()
  return stocks.flatMap(({ stock_id, name, status, no_cash, created_at, synced_at }) => {
    const imported = `已导入${no_cash ? '免充值' : '预充值'}批次 ${stock_id}「${name}」`
    const steps: StepNumber[] = no_cash ? [9, 11] : [1, 9, 11]
    const facts: Fact[] = steps.map((step) => ({ step, state: 'granted', at: created_at, words: imported }))
    if (status !== 'running') return facts
    return [...facts, { step: 10, state: 'granted', at: synced_at, words: `批次 ${stock_id}「${name}」运营中` }]
  })
}

async function campaignFacts(db: Db, merchantId: number): Promise<Fact[]> {
  const published = await db
    .selectFrom('campaigns')
    .select(['slug', 'title', 'updated_at'])
    .where('merchant_id', '=', merchantId)
    .where('state', '=', 'published')
    .orderBy('updated_at', 'desc')
    .limit(1)
    .execute()
  return published.map(({ slug, title, updated_at: at }) => ({
    step: 12,
    state: 'granted',
    at,
    words: `已发布活动 ${slug}「${title}」`,
  }))
}
