import { z } from 'zod'
import { fieldName } from '../plumbing/files/check-file.ts'
import { lineOfText, linesOfText } from '../plumbing/files/readable-text.ts'
import { spendSchema, tierFaults } from './spend-file.ts'
import { couponList } from './coupon-list.ts'
import { type Fault, UnusableCampaign } from './faults.ts'
import { ruleOfField } from './field-words.ts'

export type CampaignFile = z.output<typeof campaignSchema>

/**
 * Reads and checks a campaign file (docs/merchant/campaign-file.md), without the database. Throws `UnusableCampaign`
 * with every fault.
 */
export function readCampaignFile(file: unknown): CampaignFile {
  const { data: campaign, error } = campaignSchema.safeParse(file)
  if (campaign === undefined) throw new UnusableCampaign(error.issues.map(faultOf))
  const faults = togetherFaults(campaign)
  if (faults.length > 0) throw new UnusableCampaign(faults)
  return { ...campaign, limits: withDefaults(campaign) }
}

function faultOf({ path, message }: { path: PropertyKey[]; message: string }): Fault {
  const field = fieldName(path) || 'the file'
  return { field, english: message, chinese: ruleOfField(field) }
}

/** Faults of fields that are right each by itself. */
function togetherFaults(campaign: z.output<typeof campaignSchema>): Fault[] {
  const { kind, spend } = campaign
  const faults: Fault[] = []
  const wrong = (field: string, english: string, chinese: string) => faults.push({ field, english, chinese })
  if (campaign.ends_at <= campaign.starts_at) wrong('ends_at', 'must be after starts_at', '结束时间要晚于开始时间')
  if (kind === 'spend' && !spend) wrong('spend', 'is missing', '请填写消费门槛')
  if (kind !== 'spend' && spend) wrong('spend', 'only belongs in a campaign of kind spend', '只有消费有礼才有门槛')
  if (kind !== 'spend' && campaign.coupons.length === 0) {
    wrong('coupons', 'needs at least one coupon', '请至少选择一张优惠券')
  }
  if (kind !== 'card_open' && campaign.card_ids.length > 0) {
    wrong('card_ids', 'only belong in a campaign of kind card_open', '只有开卡有礼才能指定会员卡')
  }
  for (const name of ['cards', 'gifted'] as const) {
    if (kind === 'card_open' || campaign[name] === undefined) continue
    wrong(name, 'only belongs in a campaign of kind card_open', '只有开卡有礼才有这一项')
  }
  return spend ? [...faults, ...tierFaults(spend)] : faults
}

const slugShape = /^[a-z0-9][a-z0-9-]{0,39}$/
export const slugRule = 'must be up to 40 small letters, digits and hyphens'

export function isSlug(text: string): boolean {
  return slugShape.test(text)
}

/** It has to fit on the narrow page of a phone. */
const titleLengthAtMost = 40
const rulesLengthAtMost = 2_000
/** As many senders as a stock may have beside its creator (docs/wechat/pay-v3.md 2.1). */
const sendersAtMost = 10

const time = z.iso
  .datetime({ offset: true, error: 'must be a time with its offset, as 2026-11-01T00:00:00+08:00' })
  .transform((text) => new Date(text))
const limit = z.int('must be a whole number').min(1, 'must be at least 1').max(1_000_000_000).optional()

const campaignSchema = z.strictObject({
  slug: z.string().regex(slugShape, slugRule),
  kind: z.enum(['card_open', 'spend', 'link'], 'must be card_open, spend or link'),
  title: lineOfText.min(1, 'must not be empty').max(titleLengthAtMost),
  rules: linesOfText.max(rulesLengthAtMost).default(''),
  starts_at: time,
  ends_at: time,
  coupons: couponList.default([]),
  limits: z.strictObject({ per_member: limit, per_member_per_day: limit, total: limit, per_day: limit }).default({}),
  spend: spendSchema.optional(),
  card_ids: z.array(z.string().regex(/^p[\w-]+$/, 'must be a card id, beginning with p')).default([]),
  cards: z.enum(['new', 'any'], 'must be new or any').optional(),
  gifted: z.boolean('must be true or false').optional(),
  channel: lineOfText.min(1).max(40).optional(),
  stackable: z.boolean('must be true or false').default(false),
  state: z
    .enum(['draft', 'published', 'paused', 'ended'], 'must be draft, published, paused or ended')
    .default('draft'),
  sender_mchids: z
    .array(z.string())
    .max(sendersAtMost)
    .refine((mchids) => new Set(mchids).size === mchids.length, 'a number is listed twice')
    .default([]),
})

/** A link or a card opening gives a member one grant unless the file says otherwise; payments have no such default. */
function withDefaults({ kind, limits }: z.output<typeof campaignSchema>) {
  return kind === 'spend' ? limits : { per_member: 1, ...limits }
}
