import { isMemberId, memberCookie, memberOf, openidUnder, wechatCookie } from '../browser.ts'
import type { SandboxControl } from '../control.ts'
import { html, redirect, type Answer, type Incoming } from '../http.ts'
import type { Order } from '../pay/order.ts'
import type { PageAct } from './page-routes.ts'
import type { WorldMerchant } from '../world.ts'

/** Long enough for a demo; a browser that comes later chooses again. */
const cookieAgeSeconds = 30 * 86_400

/** A cookie of this browser, which plays WeChat's and is one of the members. */
export function phoneCookie(name: string, value: string): string {
  return `${name}=${value}; Path=/; Max-Age=${cookieAgeSeconds}; SameSite=Lax`
}

/**
 * POST /sandbox/member: from now on this browser is another member. In WeChat each person has their own cookies; here
 * all share the cookies of one host, so paycoupon's session of the previous member is deleted.
 */
export const chooseMember: PageAct = (control, _request, form) => {
  const merchant = form.get('merchant')
  const id = form.get('member') ?? ''
  if (!isMemberId(id)) return html('', 400)
  const ended = control.state.world.merchants.map(({ slug }) => `pc_member_${slug}=; Path=/m/${slug}; Max-Age=0`)
  return redirect(merchant ? `/?merchant=${encodeURIComponent(merchant)}` : '/', 303, {
    'Set-Cookie': [phoneCookie(memberCookie, id), ...ended],
  })
}

/** GET /sandbox/open?url=: opens one of paycoupon's addresses in the phone; other sites are refused. */
export const openAddress: PageAct = (control, _request, query) => {
  const { appUrl } = control.settings
  const address = query.get('url') ?? ''
  const isOurs = URL.canParse(address) && new URL(address).origin === new URL(appUrl).origin
  return redirect(isOurs ? address : '/', 302, { 'Set-Cookie': phoneCookie(wechatCookie, '1') })
}

/** POST /sandbox/card: takes the member card, then goes where WeChat would go: to the merchant's landing page. */
export const openCard: PageAct = (control, request, form) => {
  const { openid, merchant } = visitor(control, request, form)
  const { slug } = merchant
  const card = control.takeCard(openid, { slug, outerStr: 'menu' })
  // WeChat's event and its browser travel at the same time: neither waits for the other.
  if (form.get('push') === 'on') void control.push({ kind: 'card', slug, event: 'user_get_card', cardCode: card.code })
  return redirect(card.landingUrl, 303)
}

/** POST /sandbox/payment: pays at the till, sends the messages that the form asks for, then goes to the reward page. */
export const pay: PageAct = async (control, request, form) => {
  const yuan = Number(form.get('yuan'))
  if (!Number.isInteger(yuan) || yuan < 1 || yuan > 100_000) return html('', 400)
  const { openid, merchant } = visitor(control, request, form)
  const { slug } = merchant
  const useCoupon = form.get('use_coupon') === 'on'
  const seller = { appid: merchant.officialAccount.appid, mchid: merchant.mchids[0]! }
  const order = control.addOrder({ ...seller, openid, total: yuan * 100, goodsTag: 'MUTEX_STORE', useCoupon })
  await tell(control, slug, order, form.get('told_by'))
  return redirect(`${control.settings.appUrl}/m/${slug}/paid?out_trade_no=${order.outTradeNo}`, 303)
}

/**
 * POST /sandbox/refund: the shop gives the member's last payment back, and its cloud and WeChat say so; a coupon that was
 * used in it can be used again.
 */
export const refundLast: PageAct = async (control, request, form) => {
  const { openid, merchant } = visitor(control, request, form)
  const order = control.orders().findLast((each) => each.openid === openid && each.state === 'SUCCESS')
  if (order) {
    const { slug } = merchant
    const { transactionId } = order
    control.refund(transactionId)
    await control.push({ kind: 'merchant_refunded', slug, transactionId })
    await control.push({ kind: 'refund', slug, transactionId })
  }
  return redirect(`/?merchant=${encodeURIComponent(merchant.slug)}`, 303)
}

/** The message is sent before the browser arrives; without one, paycoupon has to query the order. */
async function tell(control: SandboxControl, slug: string, order: Order, toldBy: string | null): Promise<void> {
  const { transactionId } = order
  if (toldBy === 'merchant') await control.push({ kind: 'merchant_paid', slug, transactionId })
  if (toldBy === 'wechat') await control.push({ kind: 'payment', slug, transactionId })
  for (const promotion of order.promotions)
    void control.push({ kind: 'coupon_use', slug, couponId: promotion.coupon_id })
}

function visitor(
  control: SandboxControl,
  request: Incoming,
  form: URLSearchParams,
): { openid: string; merchant: WorldMerchant } {
  const merchant = merchantNamed(control, form.get('merchant'))
  const member = memberOf(control.state, request)
  return { openid: openidUnder(control.state, member, merchant.officialAccount.appid), merchant }
}

/** The merchant of that slug or number; the first one where nothing is named, or nobody who is there. */
export function merchantNamed(control: SandboxControl, name: string | null): WorldMerchant {
  const { merchants } = control.state.world
  return merchants.find(({ slug, mchids }) => slug === name || mchids.includes(name ?? '')) ?? merchants[0]!
}

/** A page of the sandbox: it may use its own stylesheet and submit forms to paycoupon, nothing else. */
export function page(control: SandboxControl, body: string, cookies: string[] = []): Answer {
  const app = new URL(control.settings.appUrl).origin
  return html(body, 200, {
    'Content-Security-Policy': `default-src 'none'; style-src 'self'; form-action 'self' ${app}; base-uri 'none'; frame-ancestors 'none'`,
    'X-Content-Type-Options': 'nosniff',
    ...(cookies.length > 0 && { 'Set-Cookie': cookies }),
  })
}
