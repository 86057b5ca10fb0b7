import { Unusable } from '../plumbing/unusable.ts'

/** What is wrong with a campaign: the place in its file, and a sentence for each kind of reader. */
export type Fault = {
  /** As people write it: `spend.tiers[0].at_least`; empty where it is about the whole. */
  field: string
  english: string
  chinese: string
}

/** A campaign file that cannot be used, with its faults also for a page. Nothing was changed. */
export class UnusableCampaign extends Unusable {
  readonly found: Fault[]

  constructor(found: Fault[]) {
    super(found.map(({ field, english }) => (field === '' ? english : `${field}: ${english}`)))
    this.found = found
  }
}
