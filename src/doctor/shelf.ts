import type { StepNumber } from '../onboarding/steps.ts'
import type { Db } from '../plumbing/storage/database.ts'

/** What our own tables have of a merchant, as far as its steps ask for it. */
export type Shelf = {
  /** For a step that these tables decide. */
  shows(step: StepNumber): { isThere: boolean; words: string } | undefined
  /** False for a product that no imported stock needs. */
  needs(step: StepNumber): boolean
}

export async function readShelf(db: Db, merchantId: number): Promise<Shelf> {
  return (await readShelves(db, [merchantId])).get(merchantId)!
}

/** The same of many merchants, in two queries; each of them is in the answer. */
export async function readShelves(db: Db, merchantIds: number[]): Promise<Map<number, Shelf>> {
  const stocks = await db
    .selectFrom('stocks')
    .select(['merchant_id', 'no_cash', ({ fn }) => fn.countAll<number>().as('count')])
    .where('merchant_id', 'in', [0, ...merchantIds])
    .groupBy(['merchant_id', 'no_cash'])
    .execute()
  const campaigns = await db
    .selectFrom('campaigns')
    .select(['merchant_id', ({ fn }) => fn.countAll<number>().as('count')])
    .where('merchant_id', 'in', [0, ...merchantIds])
    .where('state', '=', 'published')
    .groupBy('merchant_id')
    .execute()
  return new Map(
    merchantIds.map((id) => {
      const its = stocks.filter((one) => one.merchant_id === id)
      const kinds = its.map(({ no_cash }) => no_cash)
      const sum = its.reduce((all, { count }) => all + Number(count), 0)
      return [id, shelfOf(sum, kinds, Number(campaigns.find((one) => one.merchant_id === id)?.count ?? 0))]
    }),
  )
}

function shelfOf(stocks: number, kinds: boolean[], campaigns: number): Shelf {
  return {
    shows(step) {
      if (step === 11) return told(stocks, `已导入 ${stocks} 个批次`, '还没有导入批次')
      if (step === 12) return told(campaigns, `已发布 ${campaigns} 个活动`, '还没有发布活动')
      return undefined
    },
    needs(step) {
      const noCash = step === 5
      return (step !== 1 && step !== 5) || stocks === 0 || kinds.includes(noCash)
    },
  }
}

function told(count: number, some: string, none: string): { isThere: boolean; words: string } {
  return { isThere: count > 0, words: count > 0 ? some : none }
}
