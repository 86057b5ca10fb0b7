/** A file, a setting or a stock that cannot be used: one sentence for each fault. Nothing was changed. */
export class Unusable extends Error {
  readonly faults: string[]

  /** `message`: where the reader must also know what the sentences are about. */
  constructor(faults: string[], message = faults.join('\n')) {
    super(message)
    this.name = 'Unusable'
    this.faults = faults
  }
}
