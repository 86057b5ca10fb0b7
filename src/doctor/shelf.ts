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
  const stocks = await db.selectFrom('stocks').select('no_cash').where('merchant_id', '=', merchantId).execute()
  const campaigns = await db
    .selectFrom('campaigns')
    .select('slug')
    .where('merchant_id', '=', merchantId)
    .where('state', '=', 'published')
    .execute()
  return {
    shows(step) {
      if (step === 11) return told(stocks.length, `已导入 ${stocks.length} 个批次`, '还没有导入批次')
      if (step === 12) return told(campaigns.length, `已发布 ${campaigns.length} 个活动`, '还没有发布活动')
      return undefined
    },
    needs(step) {
      const noCash = step === 5
      return (step !== 1 && step !== 5) || stocks.length === 0 || stocks.some((stock) => stock.no_cash === noCash)
    },
  }
}

function told(count: number, some: string, none: string): { isThere: boolean; words: string } {
  return { isThere: count > 0, words: count > 0 ? some : none }
}
