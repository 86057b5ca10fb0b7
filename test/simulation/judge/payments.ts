import { groupBy } from '../group-by.ts'
import { leftOf, type PaymentFact } from '../facts.ts'
import { plainSlug } from '../scene.ts'
import type { World } from '../world.ts'
import type { Evidence, GrantRow } from './evidence.ts'

/** What payments and refunds should have brought, worked out from the facts alone. */
export function judgePayments(world: World, evidence: Evidence): string[] {
  return [...judgePlain(world, evidence), ...judgeRefunded(world, evidence), ...judgeBacking(world, evidence)]
}

type SpendCampaign = Evidence['campaigns'][number]
type Spend = NonNullable<SpendCampaign['spend']>

/** The campaign without limits and edits: a tier that is reached has its one grant, a tier that is not has none. */
function judgePlain(world: World, evidence: Evidence): string[] {
  const campaign = evidence.campaigns.find((one) => one.slug === plainSlug)!
  const spend = campaign.spend as Spend
  const failures: string[] = []
  for (const { name, value, grants } of reaches(world, evidence, campaign, 'without ours')) {
    const standing = grants.filter((grant) => evidence.counts(grant))
    const refusedThere = grants.filter((grant) => isRefusedByWechat(evidence, grant))
    const tiers = spend.tiers.map((tier) => tier.at_least)
    for (const tier of tiers) {
      const ofTier = standing.filter((grant) => grant.tier === tier)
      if (ofTier.length > 1) failures.push(`twice: tier ${tier} of ${name} has ${ofTier.length} grants`)
      if (
        spend.tier_rule === 'all' &&
        tier <= value &&
        ofTier.length === 0 &&
        !refusedThere.some((grant) => grant.tier === tier)
      )
        failures.push(`not given: ${name} is at ${value} and has no grant of tier ${tier}`)
      if (spend.mode === 'single' && tier <= value && ofTier.some((grant) => grant.refunded_at))
        failures.push(`flagged wrongly: ${name} is at ${value}, yet its tier ${tier} counts as refunded`)
    }
    if (tiers.some((tier) => tier <= value) && standing.length + refusedThere.length === 0)
      failures.push(`not given: ${name} is at ${value} and has no grant`)
  }
  return failures
}

/** Given, but WeChat said no: whether that was true is judged by itself. */
function isRefusedByWechat(evidence: Evidence, grant: GrantRow): boolean {
  return !evidence.counts(grant) && evidence.couponsOf(grant).some((row) => row.reason !== 'refunded')
}

type Reach = { name: string; value: number; grants: GrantRow[] }

/** How far the payments have come: each by itself, or each member, since a run is shorter than a window. */
function reaches(world: World, evidence: Evidence, campaign: SpendCampaign, which: 'all' | 'without ours'): Reach[] {
  const spend = campaign.spend as Spend
  const given = evidence.grants.filter((grant) => grant.campaign_id === campaign.id)
  const counting = world.facts.payments.filter(
    (payment) => isTold(world, payment) && (which === 'all' || !usedOurs(campaign, evidence, payment)),
  )
  if (spend.mode === 'single')
    return counting.map((payment) => ({
      name: `payment ${payment.transactionId}`,
      value: leftOf(world.facts, payment),
      grants: given.filter((grant) => grant.transaction_id === payment.transactionId),
    }))
  return world.scene.members.map((openid) => {
    const left = counting.filter((one) => one.openid === openid).map((payment) => leftOf(world.facts, payment))
    const value = spend.mode === 'count' ? left.filter((one) => one > 0).length : left.reduce((a, b) => a + b, 0)
    return { name: openid, value, grants: given.filter((grant) => grant.openid === openid) }
  })
}

function isTold(world: World, payment: PaymentFact): boolean {
  return world.facts.errands.some(
    ({ accepted, message }) =>
      accepted &&
      JSON.stringify(message).includes(`"transaction_id":"${payment.transactionId}"`) &&
      !/refund_id/.test(JSON.stringify(message)),
  )
}

/** As far as any report says so. */
export function usedOurs(campaign: SpendCampaign, { coupons }: Evidence, payment: PaymentFact): boolean {
  if (!payment.toldOfCoupons) return false
  const stocks = new Set(
    (campaign.spend as Spend).tiers.flatMap((tier) => tier.coupons.map((coupon) => coupon.stock_id)),
  )
  const ours = new Set(coupons.map((row) => row.coupon_id))
  return payment.promotions.some((one) => stocks.has(one.stock_id) || ours.has(one.coupon_id))
}

/** A tier that refunds have taken away is cancelled, or flagged where the coupon was sent. */
function judgeRefunded(world: World, evidence: Evidence): string[] {
  const failures: string[] = []
  for (const campaign of evidence.campaigns.filter((one) => one.spend !== null && one.slug !== 'broken-spend')) {
    const spend = campaign.spend as Spend
    const modes = modesOf(evidence, campaign.id)
    if (modes.size > 1) continue
    for (const { name, value, grants } of reaches(world, evidence, campaign, 'all')) {
      for (const grant of grants) {
        if (!evidence.counts(grant) || grant.refunded_at || (grant.tier ?? 0) <= value) continue
        const known = campaign.slug === plainSlug || spend.mode === 'single'
        if (known) failures.push(`refunded: ${name} is at ${value}, yet tier ${grant.tier} in ${campaign.slug} stands`)
      }
    }
  }
  return failures
}

/** Whatever was edited meanwhile: a payment's money pays for a tier once. */
function judgeBacking(world: World, evidence: Evidence): string[] {
  const failures: string[] = []
  for (const campaign of evidence.campaigns.filter((one) => one.spend !== null)) {
    const standing = evidence.grants.filter(
      (grant) => grant.campaign_id === campaign.id && evidence.counts(grant) && !grant.refunded_at,
    )
    for (const [key, grants] of groupBy(standing, (grant) => `${grant.openid} tier ${grant.tier}`)) {
      const most = mostOfTier(world, campaign, grants[0]!)
      if (grants.length > most)
        failures.push(`paid again: ${key} in ${campaign.slug}: ${grants.length} grants, ${most} earned`)
    }
    if (!rulesOf(evidence, campaign.id).every(({ spend }) => spend?.mode === 'single' && spend.tier_rule === 'highest'))
      continue
    for (const [transaction, grants] of groupBy(standing, (grant) => grant.transaction_id)) {
      if (grants.length > 1)
        failures.push(`paid again: payment ${transaction} has ${grants.length} grants in ${campaign.slug}`)
    }
  }
  return failures
}

const dayMs = 86_400_000
const beijingMs = 8 * 3_600_000

/** Each window brings a tier once; each payment by itself does; and nothing brings more than the money is worth. */
function mostOfTier(world: World, campaign: SpendCampaign, { openid, tier }: GrantRow): number {
  const { mode, window_days } = campaign.spend as Spend
  if (mode === 'count') return 1
  const payments = world.facts.payments.filter((payment) => payment.openid === openid)
  const money = payments.reduce((sum, payment) => sum + leftOf(world.facts, payment), 0)
  const worth = Math.floor(money / (tier ?? 1))
  if (mode === 'single') return worth
  const dayOf = (at: Date) => Math.floor((at.getTime() + beijingMs) / dayMs)
  const windows = payments.map(({ paidAt }) => Math.floor((dayOf(paidAt) - dayOf(campaign.starts_at)) / window_days))
  return Math.min(worth, new Set(windows).size)
}

/** What a campaign's rules were, one after the other. */
export function rulesOf({ chronicle }: Evidence, campaignId: number) {
  return chronicle
    .filter((entry) => entry.what === 'campaign' && Number(entry.campaignId) === campaignId)
    .map((entry) => entry.rules!)
}

function modesOf(evidence: Evidence, campaignId: number): Set<string | undefined> {
  return new Set(rulesOf(evidence, campaignId).map((rules) => rules.spend?.mode))
}
