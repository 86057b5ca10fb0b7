import { memberWords } from '../delivery/outcomes.ts'
import { sendAgain } from '../delivery/send-again.ts'
import type { Services } from '../services.ts'
import type { Stock } from '../stocks/stock.ts'
import { findGrant, type GrantStatus } from './grants.ts'
import { limitsOf } from './limits.ts'
import { reopen } from './reopen.ts'
import { slotsOf } from './reservation.ts'

export type RetryLine = { grantId: string; status: GrantStatus | 'unknown'; message: string }

/** An operator's second try takes places like anybody's; a few conflicts with the crowd are to be expected. */
const maxTries = 5

/**
 * Tries grants again at once, with their old numbers: lifts the halts they meet, and makes what was refused owed again
 * where the limits still have room. A coupon that was sent is left alone, as are refunded grants.
 */
export async function retryGrants(services: Services, grantIds: string[], by = 'operator'): Promise<RetryLine[]> {
  const lines: RetryLine[] = []
  for (const grantId of grantIds) lines.push(await retryGrant(services, grantId, by))
  return lines
}

async function retryGrant(services: Services, grantId: string, by: string): Promise<RetryLine> {
  const { db } = services
  const owner = await ownerOf(services, grantId)
  if (!owner) return { grantId, status: 'unknown', message: 'no such grant' }
  if (owner.refunded_at) return { grantId, status: 'refused', message: 'its payment was refunded: nothing is owed' }
  const full = await reopenRefused(services, owner)
  await sendAgain(services, grantId, by)
  const grant = await findGrant(db, owner.merchant_id, grantId)
  const open = grant?.coupons.find((coupon) => coupon.state !== 'sent')
  const message =
    full ?? (open ? `${open.reason ?? 'waiting'}: ${memberWords(open.reason).message}` : 'every coupon was sent')
  return { grantId, status: grant?.status ?? 'unknown', message }
}

async function ownerOf({ db }: Services, grantId: string) {
  if (!/^[0-9a-f-]{36}$/.test(grantId)) return undefined
  return db
    .selectFrom('grants')
    .select(['id', 'merchant_id', 'campaign_id', 'openid', 'tier', 'refunded_at'])
    .where('id', '=', grantId)
    .executeTakeFirst()
}

type GrantRow = NonNullable<Awaited<ReturnType<typeof ownerOf>>>

/** Returns why nothing was reopened, where a limit stands in the way. */
async function reopenRefused(services: Services, grant: GrantRow): Promise<string | undefined> {
  const { db, gate, clock } = services
  const { id: grantId, merchant_id: merchantId, campaign_id: campaignId, openid } = grant
  const refused = await db
    .selectFrom('coupons')
    .selectAll()
    .where('grant_id', '=', grantId)
    .where('state', '=', 'refused')
    // Taken back, since another tier was earned in its place.
    .where('reason', 'is distinct from', 'not_eligible')
    .execute()
  if (refused.length === 0) return undefined
  const { limits, holders } = await placesToTake(services, grant, refused)
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const admission = await gate.admit({ merchantId, campaignId, openid }, limits)
    if (admission.kind === 'full') return `the limit ${admission.limit.scope} is full`
    const slots = slotsOf(limits, admission.numbers, holders)
    const couponRows = refused.map((coupon) => coupon.id)
    if (await reopen(db, grantId, couponRows, slots, clock.now())) return undefined
    gate.giveBack(merchantId, slots)
    await gate.refill(merchantId, limits, 'merge')
  }
  return 'the limits are busy: try again'
}

/** The places that the grant does not hold any more: its own when all of it was refused, and its refused coupons'. */
async function placesToTake(services: Services, grant: GrantRow, refused: { id: string; stock_ref: number }[]) {
  const { db, directory, clock } = services
  const campaign = await directory.campaignById(grant.campaign_id)
  if (!campaign) throw new Error(`the campaign of grant ${grant.id} is gone`)
  const held = await db.selectFrom('slots').select(['scope', 'coupon_row']).where('grant_id', '=', grant.id).execute()
  const kept = new Set(held.map((slot) => slot.coupon_row))
  const stocks = new Map<number, { stock: Stock; count: number }>()
  // A coupon that may have been sent kept its place: it must not get a second one.
  const holders = refused.filter(({ id }) => !kept.has(id)).map(({ id, stock_ref }) => ({ id, stockRef: stock_ref }))
  for (const { stockRef: stock_ref } of holders) {
    const stock = await directory.stockByRef(stock_ref)
    if (!stock) continue
    stocks.set(stock_ref, { stock, count: (stocks.get(stock_ref)?.count ?? 0) + 1 })
  }
  const limits = limitsOf({
    campaign,
    openid: grant.openid,
    coupons: [...stocks.values()],
    tier: grant.tier ?? undefined,
    at: clock.now(),
  })
  const holdsItsOwn = held.some((slot) => slot.coupon_row === null)
  return { limits: limits.filter((limit) => limit.stockRef !== undefined || !holdsItsOwn), holders }
}
