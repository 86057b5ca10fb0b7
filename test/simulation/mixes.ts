import type { Operation } from './alphabet.ts'
import type { Random } from './random.ts'
import type { Scene, SpendFile } from './scene.ts'
import type { WechatRules } from './wechat-rules.ts'

/**
 * A scene and a weighting of the alphabet in which one kind of meeting is common. Asked for by its name; a plain seed has
 * none of it.
 */
export type Mix = {
  /** How often each kind is drawn; the others never are. */
  weights: Partial<Record<Operation['kind'], number>>
  /** Changes an operation that was drawn. */
  bend(operation: Operation, random: Random): Operation
  /** Changes what the run begins with. */
  set(scene: Scene, rules: WechatRules, random: Random): void
}

const [plenty, scarce] = ['16000001', '16000002']
const asItIs = (operation: Operation) => operation
const noFaults = (rules: WechatRules) => {
  for (const name of Object.keys(rules.faults)) rules.faults[name as keyof WechatRules['faults']] = 0
  Object.assign(rules, { budget: Infinity, monthCap: Infinity, falseLimitChance: 0, refusalsAreSigned: 1 })
  rules.faults.none = 1
}
const campaignOf = ({ campaigns }: Scene, slug: string) => campaigns.find((one) => one.slug === slug)!

function wholeRefund(operation: Operation, random: Random): Operation {
  if (operation.kind === 'refund') return { ...operation, share: 1 }
  if (operation.kind === 'tap') return { ...operation, campaign: random.pick(['plain-spend', 'edited-spend']) }
  return operation.kind === 'pay' ? { ...operation, withOurCoupon: false, total: 12_000 } : operation
}

function earnBySingle(campaign: Scene['campaigns'][number]): void {
  campaign.limits = {}
  const { coupons } = campaign.spend!.tiers[0]!
  Object.assign(campaign.spend!, { mode: 'single', hold_minutes: 0, tiers: [{ at_least: 5_000, coupons }] })
}

/** The rules of a spend campaign change between payments and taps, and no limit hides what that brings. */
const edits: Mix = {
  weights: { pay: 10, tap: 8, 'edit rule': 8, deliver: 6, inbox: 12, time: 2 },
  bend: (operation) => (operation.kind === 'tap' ? { ...operation, campaign: 'edited-spend' } : operation),
  set(scene, rules, random) {
    noFaults(rules)
    const campaign = campaignOf(scene, 'edited-spend')
    const spend = campaign.spend as SpendFile
    campaign.limits = {}
    spend.mode = random.pick(['single', 'cumulative'])
    spend.tier_rule = 'highest'
    const [coupons] = spend.tiers.map((tier) => tier.coupons)
    spend.tiers = [{ at_least: 5_000, coupons: coupons! }]
  },
}

/** A shop tells of payments without their coupons, and WeChat tells of the coupons afterwards. */
const promotions: Mix = {
  weights: { pay: 5, 'pay again': 20, tap: 4, deliver: 4, inbox: 20 },
  bend(operation, random) {
    if (operation.kind === 'pay')
      return { ...operation, way: 'event', namesCoupons: false, withOurCoupon: random.chance(0.9), total: 3_000 }
    return operation.kind === 'pay again' ? { ...operation, way: 'notification' } : operation
  },
  set(scene, rules, random) {
    noFaults(rules)
    scene.members.length = 1
    for (const slug of ['plain-spend', 'edited-spend']) {
      const { spend } = campaignOf(scene, slug)
      const mode = random.pick(['cumulative', 'count'] as const)
      const coupons = spend!.tiers[0]!.coupons
      // About as many payments as a run has, so that the ones with our coupon are missing.
      Object.assign(spend!, { mode, tiers: [{ at_least: mode === 'count' ? 5 : 15_000, coupons }] })
    }
  },
}

/** WeChat refuses both coupons of a grant, while operators try it again and again at several processes. */
const retries: Mix = {
  weights: { tap: 5, retry: 16, 'coupon elsewhere': 4, deliver: 6, time: 2 },
  bend(operation) {
    if (operation.kind === 'tap') return { ...operation, campaign: 'link' }
    return operation.kind === 'retry' ? { ...operation, refused: true } : operation
  },
  set(scene, rules) {
    noFaults(rules)
    rules.remembersRefusals = false
    scene.members.length = 1
    scene.stocks.set(plenty!, 2).set(scarce!, 2)
    const coupons = [plenty!, scarce!].map((stock_id) => ({ stock_id, count: 1 }))
    Object.assign(campaignOf(scene, 'link'), { coupons, limits: { total: 5 } })
  },
}

/** One host gives the coupon and breaks off, the other one refuses; then the money goes back. */
const faults: Mix = {
  weights: { pay: 10, refund: 8, tap: 4, deliver: 12, inbox: 14, time: 5 },
  bend: asItIs,
  set(_scene, rules) {
    noFaults(rules)
    Object.assign(rules.faults, { none: 2, 'reset after': 6, 'too many': 6 })
    Object.assign(rules, { limitsBeforeIdempotency: true, memoryMs: Infinity })
  },
}

/** Processes die between the gate and the ledger, over members who may have several coupons. */
const deaths: Mix = {
  weights: { tap: 14, kill: 8, pay: 4, card: 4, deliver: 5, inbox: 8, time: 1 },
  bend: (operation, random) =>
    operation.kind === 'tap' ? { ...operation, campaign: random.pick(['link', 'link', 'cards']) } : operation,
  set(scene, rules) {
    noFaults(rules)
    scene.members.length = 1
    for (const slug of ['link', 'cards', 'edited-spend']) campaignOf(scene, slug).limits = { per_member: 3 }
  },
}

/** Members tap for what they have earned while the money goes back. */
const refunds: Mix = {
  weights: { pay: 10, refund: 16, tap: 16, inbox: 24, deliver: 2 },
  bend: wholeRefund,
  set(scene, rules) {
    noFaults(rules)
    scene.members.length = 1
    for (const slug of ['plain-spend', 'edited-spend']) earnBySingle(campaignOf(scene, slug))
  },
}

/** Processes die with a coupon under way, and operators take up what they have left behind. */
const orphans: Mix = {
  weights: { tap: 10, kill: 8, 'give up': 8, replace: 4, retry: 4, time: 8, deliver: 1 },
  bend(operation) {
    if (operation.kind === 'tap') return { ...operation, campaign: 'link' }
    return operation.kind === 'time' ? { ...operation, seconds: 11 } : operation
  },
  set(scene, rules) {
    noFaults(rules)
    rules.faults.slow = 3
    Object.assign(campaignOf(scene, 'link'), { coupons: [{ stock_id: plenty, count: 1 }], limits: {} })
  },
}

export const mixes: Readonly<Record<string, Mix>> = { edits, promotions, retries, faults, deaths, refunds, orphans }

/** Throws for a name that no mix has. */
export function mixNamed(name: string): Mix {
  const mix = mixes[name]
  if (!mix) throw new Error(`no such mix: ${name}; there are ${Object.keys(mixes).join(', ')}`)
  return mix
}
