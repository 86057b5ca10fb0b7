import { Unusable } from '../plumbing/unusable.ts'

/** The error for a stock that cannot be used, with one sentence per fault. Nothing was stored. */
export function unusableStock(stockId: string, faults: string[]): Unusable {
  return new Unusable(faults, `stock ${stockId}: ${faults.join('; ')}`)
}
