import type { Operation } from './alphabet.ts'
import type { Mix } from './mixes.ts'
import type { Random } from './random.ts'

type Kind = Operation['kind']

/** How often each is drawn when a run has it at all. */
const weights: Record<Kind, number> = {
  tap: 14,
  pay: 8,
  'pay again': 2,
  refund: 5,
  'refund again': 2,
  card: 3,
  'card again': 2,
  retry: 3,
  'give up': 1.5,
  replace: 1.5,
  'edit limit': 3,
  'edit rule': 2.5,
  'edit state': 1.5,
  'broken campaign': 0.7,
  'coupon elsewhere': 1.5,
  deliver: 10,
  inbox: 10,
  repair: 2,
  kill: 3,
  stall: 2,
  time: 4,
  midnight: 0.5,
  flushall: 0.7,
  snapshot: 0.7,
  'old snapshot': 0.7,
  'redis fault': 1.5,
  cut: 2,
  'database silent': 0.5,
  'no turn': 0.5,
}

/** Without these nothing comes about. */
const always: ReadonlySet<Kind> = new Set<Kind>(['tap', 'pay', 'deliver', 'inbox'])

/** A run leaves out some kinds and has more of others, so that rare meetings become common in some run. */
export function drawOperations(random: Random, count: number, named?: Mix): Operation[] {
  if (named) {
    const chosen = named.weights as Record<Kind, number>
    return Array.from({ length: count }, () => named.bend(draw(random, random.weighted(chosen)), random))
  }
  const mix = Object.fromEntries(
    (Object.entries(weights) as [Kind, number][]).map(([kind, weight]) => {
      const isIn = always.has(kind) || random.chance(0.55)
      return [kind, isIn ? weight * random.pick([0.3, 1, 1, 3]) : 0]
    }),
  ) as Record<Kind, number>
  return Array.from({ length: count }, () => draw(random, random.weighted(mix)))
}

const slugs = ['link', 'link', 'edited-spend', 'cards', 'plain-spend']
const editable = ['link', 'edited-spend', 'cards']

function draw(random: Random, kind: Kind): Operation {
  const by = random.below(3)
  const any = () => random.below(1_000)
  const way = random.pick(['event', 'event', 'notification'] as const)
  const cardWay = random.pick(['event', 'push'] as const)
  switch (kind) {
    case 'tap':
      return { kind, by, member: any(), campaign: random.pick(slugs), sameForm: random.chance(0.2) }
    case 'pay': {
      const total = random.pick([3_000, 5_000, 6_000, 8_000, 10_000, 12_000])
      return {
        kind,
        by,
        member: any(),
        total,
        withOurCoupon: random.chance(0.15),
        namesCoupons: random.chance(0.5),
        way,
      }
    }
    case 'pay again':
      return { kind, by, payment: any(), way, namesCoupons: random.chance(0.5), sameId: random.chance(0.5) }
    case 'refund':
      return {
        kind,
        by,
        payment: any(),
        share: random.pick([0.3, 0.5, 1, 1]),
        way,
        sameIdAsPayment: random.chance(0.15),
      }
    case 'refund again':
      return { kind, by, refund: any(), way }
    case 'card':
      return { kind, by, member: any(), way: cardWay }
    case 'card again':
      return { kind, by, card: any(), way: cardWay }
    case 'retry':
      return { kind, by, grant: any(), refused: random.chance(0.6), newNumber: random.chance(0.2) }
    case 'give up':
      return { kind, by, grant: any() }
    case 'replace':
      return { kind, by, grant: any(), stock: any() }
    case 'edit limit': {
      const limit = random.pick(['per_member', 'per_member_per_day', 'total', 'total', 'per_day', 'tier'] as const)
      return { kind, by, campaign: random.pick(editable), limit, to: random.pick([undefined, 1, 1, 2, 3, 5]) }
    }
    case 'edit rule':
      return {
        kind,
        by,
        what: random.pick(['window', 'threshold', 'threshold', 'start', 'mode', 'tier rule'] as const),
        value: random.below(4),
      }
    case 'edit state':
      return {
        kind,
        by,
        campaign: random.pick(editable),
        state: random.pick(['draft', 'paused', 'published', 'published', 'ended'] as const),
      }
    case 'coupon elsewhere':
      return { kind, member: any(), stock: random.pick([0, 1, 1]) }
    case 'stall':
      return { kind, by, seconds: random.pick([2, 6, 12, 20, 40]) }
    case 'time':
      return { kind, seconds: random.pick([1, 3, 5, 11, 11, 20, 60, 600, 3_600, 7_200]) }
    case 'redis fault':
      return { kind, by, fault: random.pick(['lost', 'answer lost'] as const), after: random.below(4) }
    case 'cut':
      return { kind, by, fault: random.pick(['cut before', 'cut after'] as const), after: random.below(12) }
    case 'midnight':
    case 'flushall':
    case 'snapshot':
    case 'old snapshot':
    case 'database silent':
      return { kind }
    case 'broken campaign':
    case 'deliver':
    case 'inbox':
    case 'repair':
    case 'kill':
    case 'no turn':
      return { kind, by }
  }
}
