import { sql } from 'kysely'
import { scopeOf } from '../../ledger/limits/scopes.ts'
import { type Merchant, sendersOf } from '../../merchants/merchant.ts'
import { beijingDay } from '../../plumbing/clock.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { Services } from '../../services.ts'
import { awardsOf, stockIdsOf } from '../rules-of.ts'
import { type Standing, standingOf } from '../standing.ts'
import { takenOf } from './taken.ts'

/** How much of a campaign was given. */
export type CampaignFigures = {
  standing: Standing
  /** Awards given in all and today. Where the campaign has no such limit, at most `countedAtMost`. */
  given: number
  today: number
  /** More were given than were counted. */
  isMore: boolean
}

/** Without a total nothing keeps count, so that the rows are counted as far as this. */
export const countedAtMost = 1_000

/**
 * The figures of these campaigns of the merchant, by `campaigns.id`, from the places that the ledger keeps: however much
 * was given, it reads a few index entries for each. A place that was given back counts until the next grant takes it or
 * the highest place is taken; then `takenOf` looks for the free ones.
 */
export async function figuresOf(
  services: Pick<Services, 'db' | 'cache'>,
  merchant: Merchant,
  campaigns: Campaign[],
  now: Date,
): Promise<Map<number, CampaignFigures>> {
  const { db } = services
  const [places, counted, closed] = await Promise.all([
    placesOf(services, merchant, campaigns, now),
    countedOf(db, campaigns, now),
    closedFacts(db, merchant, campaigns),
  ])
  return new Map(
    campaigns.map((campaign) => {
      const { total, per_day: day } = campaign.limits
      const [top, topToday] = places.get(campaign.id) ?? [0, 0]
      const rows = counted.get(campaign.id)
      const given = total === undefined ? Math.min(rows?.given ?? 0, countedAtMost) : top
      const today = day === undefined ? Math.min(rows?.today ?? 0, countedAtMost) : topToday
      const isFull = (total !== undefined && given >= total) || isEmpty(campaign, closed.stocks)
      const isDayFull = day !== undefined && today >= day
      const isHalted = closed.isHalted(campaign)
      const standing = standingOf(campaign, { isFull, isDayFull, isHalted }, now)
      return [campaign.id, { standing, given, today, isMore: (rows?.given ?? 0) > countedAtMost }]
    }),
  )
}

type Closing = { stock_id: string; id: number; isEmpty: boolean; isClosed: boolean }

/** How many places are held, in all and today. */
async function placesOf(
  services: Pick<Services, 'db' | 'cache'>,
  merchant: Merchant,
  campaigns: Campaign[],
  now: Date,
) {
  const day = beijingDay(now)
  const scopes = campaigns.map(({ id }) => [
    scopeOf('total', { campaign: id }),
    scopeOf('per_day', { campaign: id, day }),
  ])
  const highest = (scope: ReturnType<typeof sql.ref>) => sql<number>`coalesce((select s.number from slots s
    where s.merchant_id = ${merchant.id} and s.scope = ${scope} order by s.number desc limit 1), 0)::integer`
  const { rows } = await sql<{ id: number; total: number; day: number }>`
    select c.id, ${highest(sql.ref('c.whole'))} as total, ${highest(sql.ref('c.today'))} as day
    from unnest(${campaigns.map(({ id }) => id)}::bigint[], ${scopes.map(([whole]) => whole)}::text[],
      ${scopes.map(([, today]) => today)}::text[]) as c(id, whole, today)`.execute(services.db)
  const highestOf = new Map(rows.map((row) => [Number(row.id), row]))
  const taken = campaigns.map(async ({ id, limits }, nth) => {
    const { total, day: today } = highestOf.get(id) ?? { total: 0, day: 0 }
    const [whole, ofToday] = scopes[nth] as [string, string]
    const of = (scope: string, limit: number | undefined, highest: number) =>
      limit === undefined ? highest : takenOf(services, merchant.id, { scope, limit, highest })
    return [id, [await of(whole, limits.total, total), await of(ofToday, limits.per_day, today)]] as const
  })
  return new Map(await Promise.all(taken))
}

const leastId = '00000000-0000-0000-0000-000000000000'

/**
 * Only of campaigns without a limit that keeps count. The two columns are compared together, because only one index has
 * that order: by `campaign_id` alone the planner reads the whole table backwards for a campaign that has given nothing.
 */
async function countedOf(db: Db, campaigns: Campaign[], now: Date) {
  const free = campaigns.filter(({ limits }) => limits.total === undefined || limits.per_day === undefined)
  const start = new Date(`${beijingDay(now).replace(/(....)(..)(..)/, '$1-$2-$3')}T00:00:00+08:00`)
  const { rows } = await sql<{ id: number; given: number; today: number }>`
    select c.id, count(g.*)::integer as given, (count(g.*) filter (where g.earned_at >= ${start}))::integer as today
    from unnest(${free.map(({ id }) => id)}::bigint[]) as c(id) cross join lateral (
      select earned_at from grants where (campaign_id, id) >= (c.id, ${leastId}::uuid) and (campaign_id, id) < (c.id + 1, ${leastId}::uuid)
      order by campaign_id desc, id desc limit ${countedAtMost + 1}) g
    group by c.id`.execute(db)
  return new Map(rows.map((row) => [Number(row.id), row]))
}

/** What of the campaigns' stocks and senders WeChat does not give now. */
async function closedFacts(db: Db, merchant: Merchant, campaigns: Campaign[]) {
  const ids = [...new Set(campaigns.flatMap(stockIdsOf))]
  const stocks = await db
    .selectFrom('stocks')
    .select(['id', 'stock_id', 'status'])
    .select((is) => is('distributed_coupons', '>=', is.ref('max_coupons')).as('isEmpty'))
    .where('merchant_id', '=', merchant.id)
    .where('stock_id', 'in', ['', ...ids])
    .execute()
  const halts = await db
    .selectFrom('halts')
    .select(['account_id', 'stock_ref'])
    .where('merchant_id', '=', merchant.id)
    .where('lifted_at', 'is', null)
    .execute()
  const byId = new Map(
    stocks.map(({ id, stock_id, status, isEmpty: empty }): [string, Closing] => {
      const isClosed = status === 'paused' || status === 'stoped'
      return [stock_id, { id, stock_id, isEmpty: Boolean(empty), isClosed }]
    }),
  )
  const isHalted = (campaign: Campaign) => {
    const refs = stockIdsOf(campaign).map((id) => byId.get(id)?.id)
    const senders = sendersOf(merchant, campaign.sender_mchids).map(({ id }) => id)
    const stops = halts.some(
      ({ account_id, stock_ref }) => senders.includes(account_id) && (stock_ref === null || refs.includes(stock_ref)),
    )
    return stops || everyAward(campaign, byId, ({ isClosed }) => isClosed)
  }
  return { stocks: byId, isHalted }
}

function isEmpty(campaign: Campaign, stocks: Map<string, Closing>): boolean {
  return everyAward(campaign, stocks, (stock) => stock.isEmpty)
}

/** True when nothing of the campaign can be given, since of each award one stock is in the way. */
function everyAward(campaign: Campaign, stocks: Map<string, Closing>, isIn: (stock: Closing) => boolean): boolean {
  return awardsOf(campaign).every((award) =>
    award.some(({ stock_id }) => {
      const stock = stocks.get(stock_id)
      return stock !== undefined && isIn(stock)
    }),
  )
}
