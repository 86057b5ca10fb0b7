import type { Db } from '../plumbing/storage/database.ts'
import { creationFacts } from './creation-facts.ts'
import { type Fact, newest } from './fact.ts'
import { sendFacts } from './send-facts.ts'
import { shelfFacts } from './shelf-facts.ts'
import { steps } from './steps.ts'

/**
 * What real answers prove of a merchant's steps: the newest fact of each. Read from the ledger alone; WeChat is not
 * called. Where WeChat refuses a send now, an older import proves nothing against it.
 */
export async function factsOf(db: Db, merchantId: number): Promise<Fact[]> {
  const facts = [
    ...(await sendFacts(db, merchantId)),
    ...(await shelfFacts(db, merchantId)),
    ...(await creationFacts(db, merchantId)),
  ]
  return steps.flatMap(({ number }) => newest(facts.filter(({ step }) => step === number)))
}
