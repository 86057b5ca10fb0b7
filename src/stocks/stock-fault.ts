/** Why a stock cannot be used, a sentence each. Nothing was stored. */
export class StockFault extends Error {
  readonly faults: string[]

  constructor(stockId: string, faults: string[]) {
    super(`stock ${stockId}: ${faults.join('; ')}`)
    this.name = 'StockFault'
    this.faults = faults
  }
}
