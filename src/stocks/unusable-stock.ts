import { Unusable } from '../plumbing/unusable.ts'

/** Why a stock cannot be used, a sentence each. Nothing was stored. */
export function unusableStock(stockId: string, faults: string[]): Unusable {
  return new Unusable(faults, `stock ${stockId}: ${faults.join('; ')}`)
}
