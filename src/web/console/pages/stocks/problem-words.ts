import type { Unusable } from '../../../../plumbing/unusable.ts'
import { UnusableStock } from '../../../../stocks/unusable-stock.ts'

/** Why a stock cannot be used, for a page: in Chinese where there are such sentences. */
export function problemWords(error: Unusable): string {
  return error instanceof UnusableStock && error.chinese.length > 0 ? error.chinese.join('；') : error.faults.join('；')
}
