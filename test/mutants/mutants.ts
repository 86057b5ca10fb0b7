import { answers } from './list/answers.ts'
import { byHand } from './list/by-hand.ts'
import { cardsAndInbox } from './list/cards-and-inbox.ts'
import { atTheConsole } from './list/console.ts'
import { coupons } from './list/coupons.ts'
import { days } from './list/days.ts'
import { doubt } from './list/doubt.ts'
import { files } from './list/files.ts'
import { leases } from './list/leases.ts'
import { payments } from './list/payments.ts'
import { places } from './list/places.ts'
import { providerActs } from './list/provider-acts.ts'
import { seams } from './list/seams.ts'
import type { Mutant } from './mutant.ts'

/** Every planted bug. */
export const mutants: readonly Mutant[] = [
  ...leases,
  ...days,
  ...files,
  ...doubt,
  ...places,
  ...answers,
  ...payments,
  ...coupons,
  ...cardsAndInbox,
  ...byHand,
  ...providerActs,
  ...atTheConsole,
  ...seams,
]
