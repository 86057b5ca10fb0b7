import { memberWords } from '../ledger/outcomes/outcomes.ts'
import { isBlocked } from '../members/blocked.ts'
import { sendAgain } from '../delivery/send-again.ts'
import type { Services } from '../services.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { findGrant, type GrantCoupon, type GrantStatus } from './grants.ts'
import { isUuid } from '../ledger/ids.ts'
import { merchantOf } from './owed-grants.ts'
import { NotReopened, reopenIn } from '../ledger/reopen.ts'

export type RetryLine = { grantId: string; status: GrantStatus | 'unknown'; message: string }

export type RetryOptions = {
  /** The operator's name, for the log and for the halts that are lifted. */
  by?: string
  /** Gives refused coupons another number, because WeChat keeps refusing the old one. Never for a coupon in doubt. */
  newNumber?: boolean
}

/**
 * Tries grants again at once: lifts the halts that they meet, and makes refused coupons owed again if the limits still
 * have room. Coupons keep their old numbers unless `newNumber` is set. Sent coupons and refunded grants are left alone.
 */
export async function retryGrants(
  services: Services,
  grantIds: string[],
  options: RetryOptions = {},
): Promise<RetryLine[]> {
  const lines: RetryLine[] = []
  for (const grantId of grantIds) lines.push(await retryGrant(services, grantId, options))
  return lines
}

async function retryGrant(services: Services, grantId: string, options: RetryOptions): Promise<RetryLine> {
  const { db } = services
  const owner = await ownerOf(services, grantId)
  if (!owner) return { grantId, status: 'unknown', message: 'no such grant' }
  const why = await whyNot(services, owner, options)
  if (why === undefined) await sendAgain(services, grantId, options.by ?? 'operator')
  const grant = await findGrant(db, owner.merchant_id, grantId)
  const open = grant?.coupons.find((coupon) => coupon.state !== 'sent')
  return {
    grantId,
    status: grant?.status ?? 'unknown',
    message: why ?? (open ? wordsOf(open) : 'every coupon was sent'),
  }
}

function wordsOf({ state, reason, dueAt }: GrantCoupon): string {
  if (state === 'reserved' && reason === null) return `waiting: due at ${dueAt.toISOString()}`
  return `${reason ?? 'waiting'}: ${memberWords(reason).message}`
}

async function ownerOf({ db }: Services, grantId: string) {
  if (!isUuid(grantId)) return undefined
  return db
    .selectFrom('grants')
    .select(['id', 'merchant_id', 'campaign_id', 'openid', 'tier', 'earned_at'])
    .where('id', '=', grantId)
    .executeTakeFirst()
}

type GrantRow = NonNullable<Awaited<ReturnType<typeof ownerOf>>>

/** Returns why the grant is not tried; undefined when it is, after what was refused is owed again. */
async function whyNot(services: Services, grant: GrantRow, { newNumber }: RetryOptions): Promise<string | undefined> {
  const member = { merchantId: grant.merchant_id, openid: grant.openid }
  if (await isBlocked(services, member)) return 'its member is blocked: it is held back until member unblock'
  return reopen(services, grant, newNumber ?? false)
}

/** Returns why nothing could be reopened; undefined when it was. */
async function reopen(services: Services, grant: GrantRow, newNumber: boolean): Promise<string | undefined> {
  const { db, clock } = services
  const merchant = await merchantOf(services, grant)
  const stocks = await stocksOf(services, grant.id)
  const reopening = { merchant, grant, stocks, newNumber, at: clock.now() }
  try {
    await db.transaction().execute((trx) => reopenIn(trx, reopening))
    return undefined
  } catch (error) {
    if (error instanceof NotReopened) return error.message
    throw error
  }
}

async function stocksOf({ db, catalog }: Services, grantId: string): Promise<Map<number, Stock>> {
  const refs = await db.selectFrom('coupons').select('stock_ref').distinct().where('grant_id', '=', grantId).execute()
  const stocks = await Promise.all(refs.map(({ stock_ref }) => catalog.stockByRef(stock_ref)))
  return new Map(stocks.flatMap((stock) => (stock ? [[stock.id, stock] as const] : [])))
}
