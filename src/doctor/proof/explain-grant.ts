import type { Selectable } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import { memberMark } from '../../members/member-mark.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { CouponsTable, SlotsTable } from '../../plumbing/storage/schema.ts'
import { counts } from '../../ledger/doubt.ts'
import { limitsOf } from '../../ledger/limits/limits.ts'
import { scopeOf } from '../../ledger/limits/scopes.ts'

type Coupon = Selectable<CouponsTable>
type Slot = Selectable<SlotsTable>

/**
 * What is wrong with a grant, its coupons and its places, one sentence each. Empty when they are in order by now: the
 * first look may have seen only half of a claim or a refund. `limitsOf` says which places the grant should hold.
 */
export async function explainGrant(db: Db, merchants: Merchant[], grantId: string): Promise<string[]> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const grant = await trx.selectFrom('grants').selectAll().where('id', '=', grantId).executeTakeFirst()
      const coupons = await trx
        .selectFrom('coupons')
        .selectAll()
        .select(counts('coupons').as('isCounting'))
        .where('grant_id', '=', grantId)
        .execute()
      const slots = await trx.selectFrom('slots').selectAll().where('grant_id', '=', grantId).execute()
      const merchant = merchants.find(({ id }) => id === grant?.merchant_id)
      if (!grant || !merchant) {
        const places = slots.map((slot) => `holds ${nameOf(slot)}`)
        return [...coupons.map(({ id }) => `has coupon ${id}`), ...places].map((what) => `is not there and ${what}`)
      }
      if (coupons.length === 0) return ['has no coupon', ...slots.map((slot) => `holds ${nameOf(slot)} for nothing`)]
      const strange = coupons
        .filter((coupon) => coupon.openid !== grant.openid || coupon.merchant_id !== grant.merchant_id)
        .map(({ id }) => `has coupon ${id} of another member`)
      const campaign = await trx
        .selectFrom('campaigns')
        .selectAll()
        .where('id', '=', grant.campaign_id)
        .executeTakeFirst()
      if (!campaign) return [...strange, 'is of a campaign that is not there']
      const mark = memberMark(merchant, grant.openid)
      const counting = coupons.filter((coupon) => coupon.isCounting)
      const limits = limitsOf({ campaign, mark, coupons: [], tier: grant.tier ?? undefined, at: grant.earned_at })
      const wanted = counting.length > 0 ? limits.map((limit) => limit.scope) : []
      return [...strange, ...ofGrant(wanted, slots), ...ofCoupons(counting, mark, slots)]
    })
}

function ofGrant(wanted: string[], slots: Slot[]): string[] {
  const own = slots.filter((slot) => slot.coupon_row === null)
  const lacking = wanted.filter((scope) => !own.some((slot) => slot.scope === scope))
  const extra = own.filter(
    (slot, index) => !wanted.includes(slot.scope) || own.findIndex((other) => other.scope === slot.scope) !== index,
  )
  return [
    ...lacking.map((scope) => `lacks its place of ${scope}`),
    ...extra.map((slot) => `holds ${nameOf(slot)} for nothing`),
  ]
}

function ofCoupons(counting: Coupon[], mark: string, slots: Slot[]): string[] {
  const ofStocks = slots.filter((slot) => slot.coupon_row !== null)
  const scopeOfStock = ({ stock_ref }: { stock_ref: number }) => scopeOf('stock', { stock: stock_ref, mark })
  const isPlaceOf = (coupon: Coupon, slot: Slot) =>
    slot.coupon_row === coupon.id && slot.number === coupon.place && slot.scope === scopeOfStock(coupon)
  const lacking = counting.filter((coupon) => !ofStocks.some((slot) => isPlaceOf(coupon, slot)))
  const extra = ofStocks.filter((slot) => !counting.some((coupon) => isPlaceOf(coupon, slot)))
  return [
    ...lacking.map(({ id, stock_ref, place }) => `coupon ${id} lacks place ${place} of ${scopeOfStock({ stock_ref })}`),
    ...extra.map((slot) => `holds ${nameOf(slot)} for nothing`),
  ]
}

function nameOf({ scope, number }: Slot): string {
  return `${scope}/${number}`
}
