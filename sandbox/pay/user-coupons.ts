import { couponBody, type Coupon } from './coupon.ts'
import { couponNow } from './coupon-window.ts'
import { ok, refuse, type PayCall, type PayHandler } from './pay-call.ts'
import { refusals, type RefusalRow } from './refusals.ts'

/** GET /v3/marketing/favor/users/{openid}/coupons/{coupon_id}?appid= (docs/wechat/pay-v3.md 2.8). */
export const readUserCoupon: PayHandler = {
  facts: ({ params }) => ({ openid: params.openid! }),
  handle(call) {
    const refusal = appidRefusal(call)
    if (refusal) return refuse(refusal)
    const coupon = call.state.coupons.get(call.params.couponId!)
    const stock = call.state.world.stocks.find((each) => each.stock_id === coupon?.stockId)
    if (!coupon || !stock || coupon.openid !== call.params.openid) return refuse(refusals.coupon_not_found)
    if (coupon.mchid !== call.account.mchid && stock.stock_creator_mchid !== call.account.mchid) {
      return refuse(refusals.no_permission)
    }
    return ok(couponBody(stock, couponNow(call.state, stock, coupon)))
  },
}

/** GET /v3/marketing/favor/users/{openid}/coupons, with its documented oddities (docs/wechat/pay-v3.md 2.11). */
export const listUserCoupons: PayHandler = {
  facts: ({ params }) => ({ openid: params.openid! }),
  handle(call) {
    const refusal = appidRefusal(call)
    if (refusal) return refuse(refusal)
    const { query } = call.request
    const creator = query.get('creator_mchid')
    const available = query.get('available_mchid')
    if (!creator && !available) return refuse(refusals.param_error, '商户号必填')
    const offset = Number(query.get('offset') ?? 0)
    const limit = Number(query.get('limit') ?? 20)
    const all = (call.state.couponsByOpenid.get(call.params.openid!) ?? []).flatMap((coupon) => {
      const stock = call.state.world.stocks.find((each) => each.stock_id === coupon.stockId)
      if (!stock) return []
      const now = couponNow(call.state, stock, coupon)
      const isShown = creator
        ? stock.stock_creator_mchid === creator && isAsked(now, query)
        : now.status === 'SENDED' && [stock.stock_creator_mchid, ...(stock.senders ?? [])].includes(available!)
      return isShown ? [couponBody(stock, now)] : []
    })
    const data = creator ? all.slice(offset * limit, (offset + 1) * limit) : all
    return ok({ total_count: all.length, limit, offset, data })
  },
}

/** `SENDED` returns usable coupons, `USED` usable and used ones, no status all except expired ones. */
function isAsked(coupon: Coupon, query: URLSearchParams): boolean {
  const stockId = query.get('stock_id')
  if (coupon.status === 'EXPIRED' || (stockId && stockId !== coupon.stockId)) return false
  return query.get('status') !== 'SENDED' || coupon.status === 'SENDED'
}

function appidRefusal({ account, params, request, state }: PayCall): RefusalRow | undefined {
  const appid = request.query.get('appid')
  if (!appid) return { ...refusals.param_error, message: 'appid必填' }
  if (!account.appids.includes(appid)) return refusals.appid_mchid_mismatch
  const owner = state.world.merchants.find((merchant) => merchant.officialAccount.appid === appid)
  const isTheirs = owner && params.openid!.startsWith(owner.officialAccount.openidPrefix)
  return isTheirs ? undefined : refusals.openid_appid_mismatch
}
