import type { LimitName } from './scene.ts'

/** What somebody does at a process, `by`; numbers choose among what is there by then. */
export type Deed =
  | { kind: 'tap'; by: number; member: number; campaign: string; sameForm: boolean }
  | { kind: 'retry'; by: number; grant: number; refused: boolean; newNumber: boolean }
  | { kind: 'give up'; by: number; grant: number }
  | { kind: 'replace'; by: number; grant: number; stock: number }
  | { kind: 'edit limit'; by: number; campaign: string; limit: LimitName | 'tier'; to: number | undefined }
  | { kind: 'edit rule'; by: number; what: 'window' | 'threshold' | 'start' | 'mode' | 'tier rule'; value: number }
  | { kind: 'edit state'; by: number; campaign: string; state: 'draft' | 'paused' | 'published' | 'ended' }
  | { kind: 'broken campaign' | 'deliver' | 'inbox' | 'repair'; by: number }

/** What the world tells a process. */
export type Telling =
  | { kind: 'pay'; by: number; member: number; total: number; withOurCoupon: boolean; namesCoupons: boolean; way: Way }
  | { kind: 'pay again'; by: number; payment: number; way: Way; namesCoupons: boolean; sameId: boolean }
  | { kind: 'refund'; by: number; payment: number; share: number; way: Way; sameIdAsPayment: boolean }
  | { kind: 'refund again'; by: number; refund: number; way: Way }
  | { kind: 'card'; by: number; member: number; way: 'event' | 'push' }
  | { kind: 'card again'; by: number; card: number; way: 'event' | 'push' }

/** What befalls processes, servers and time. */
export type Happening =
  | { kind: 'coupon elsewhere'; member: number; stock: number }
  | { kind: 'kill' | 'no turn'; by: number }
  | { kind: 'stall'; by: number; seconds: number }
  | { kind: 'time'; seconds: number }
  | { kind: 'midnight' | 'flushall' | 'snapshot' | 'old snapshot' | 'database silent' }
  | { kind: 'redis fault'; by: number; fault: 'lost' | 'answer lost'; after: number }
  | { kind: 'cut'; by: number; fault: 'cut before' | 'cut after'; after: number }

export type Operation = Deed | Telling | Happening

const tellings: ReadonlySet<string> = new Set<Telling['kind']>([
  'pay',
  'pay again',
  'refund',
  'refund again',
  'card',
  'card again',
])

export function isTelling(operation: Operation): operation is Telling {
  return tellings.has(operation.kind)
}

const happenings: ReadonlySet<string> = new Set<Happening['kind']>([
  'coupon elsewhere',
  'kill',
  'no turn',
  'stall',
  'time',
  'midnight',
  'flushall',
  'snapshot',
  'old snapshot',
  'database silent',
  'redis fault',
  'cut',
])

export function isHappening(operation: Operation): operation is Happening {
  return happenings.has(operation.kind)
}

type Way = 'event' | 'notification'
/** An operation on one line of a report. */
export function wordsOf({ kind, ...rest }: Operation): string {
  const details = Object.entries(rest).map(([name, value]) => `${name}=${value}`)
  return [kind, ...details].join(' ')
}
