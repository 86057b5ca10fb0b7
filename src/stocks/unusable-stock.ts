import { Unusable } from '../plumbing/unusable.ts'

/** A stock that cannot be used, with its reasons also for a page. */
export class UnusableStock extends Unusable {
  /** In Chinese, a sentence for each reason; empty where there is none but the English one. */
  readonly chinese: string[]

  constructor(faults: string[], chinese: string[], message?: string) {
    super(faults, message)
    this.chinese = chinese
  }
}

/** The error for a stock that cannot be used, with one sentence per fault. Nothing was stored. */
export function unusableStock(stockId: string, faults: string[], chinese: string[] = []): UnusableStock {
  return new UnusableStock(faults, chinese, `stock ${stockId}: ${faults.join('; ')}`)
}
