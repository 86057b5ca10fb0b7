import { type StockUses, usesCounted } from '../../../../coupons/uses-of-stocks.ts'
import { useSources } from '../../use-sources.ts'
import { agoWords } from './words.ts'

/** 已核销 with what told of it; without a source there is no figure, and never 0. */
export function usedWords(uses: StockUses | undefined, now: Date): { used: string; from: string } {
  if (!uses) return { used: '—', from: '还没有来源' }
  const { count, sources, toldAt } = uses
  const used = count > usesCounted ? `${usesCounted.toLocaleString('en')}+` : count.toLocaleString('en')
  return { used, from: `${sources.map((one) => useSources[one]).join('、')}，${agoWords(toldAt, now)}` }
}
