import { memberCookie, memberOf, openidUnder, wechatCookie } from '../browser.ts'
import type { SandboxControl } from '../control.ts'
import { beijingClock, yuan } from './format.ts'
import type { WorldMerchant } from '../world.ts'
import { merchantNamed, page, phoneCookie } from './phone-acts.ts'
import type { PageAct } from './page-routes.ts'
import { renderPage } from './render-page.ts'

type Bubble = { at: string; clock: string; kind: 'card' | 'payment' | 'coupon'; title: string; lines: string[] }

/** How many of the newest messages a chat shows without much scrolling. */
const shownBubbles = 12

/** GET /: a phone in the chat of the Official Account, with its menu, as the member that this browser has chosen. */
export const phonePage: PageAct = (control, request, query) => {
  const merchant = merchantNamed(control, query.get('merchant'))
  const member = memberOf(control.state, request)
  const openid = openidUnder(control.state, member, merchant.officialAccount.appid)
  const address = (path: string) => `${control.settings.appUrl}/m/${merchant.slug}/${path}`
  const body = renderPage('phone', {
    merchant,
    others: control.state.world.merchants.filter((each) => each !== merchant),
    gift: giftOf(control, merchant),
    member,
    members: control.state.world.members,
    bubbles: bubblesOf(control, openid),
    claimUrl: address(`c/${merchant.campaigns.link.slug}`),
    couponsUrl: address('coupons'),
    now: beijingClock(control.state.clock.now()),
  })
  return page(control, body, [phoneCookie(wechatCookie, '1'), phoneCookie(memberCookie, member.id)])
}

/** What the newest stock gives that the merchant's own number may send at this moment. */
function giftOf({ state }: SandboxControl, merchant: WorldMerchant): { rule: string; amount: string } | undefined {
  const { stocks } = state.world
  const mine = stocks.filter((each) => each.status === 'running' && each.senders?.includes(merchant.mchids[0]!))
  const stock = stocks.find((each) => each.stock_id === merchant.campaigns.link.stockId) ?? mine.at(-1)
  if (!stock) return undefined
  const amount = yuan(stock.coupon_amount)
  return { rule: `满 ${yuan(stock.transaction_minimum)} 减 ${amount}`, amount }
}

/** What has happened to the member so far, oldest first, as WeChat's messages would show it. */
function bubblesOf(control: SandboxControl, openid: string): Bubble[] {
  const cards = control.state.userCards.filter((card) => card.openid === openid)
  const bubbles: Omit<Bubble, 'clock'>[] = [
    ...cards.map((card) => ({
      at: card.openedAt,
      kind: 'card' as const,
      title: '会员卡已领取',
      lines: [`卡号 ${card.code.slice(0, 4)} ${card.code.slice(4, 8)} ${card.code.slice(8)}`],
    })),
    ...control.orders().flatMap((order) => (order.openid === openid ? [paymentBubble(order)] : [])),
    ...control.coupons(openid).map((coupon) => {
      const stock = control.stock(coupon.stockId)
      const rule = `满 ${yuan(stock.transaction_minimum)} 元自动抵扣 ${yuan(stock.coupon_amount)} 元`
      const used = { SENDED: [], USED: ['已使用'], EXPIRED: ['已过期'] }[coupon.status]
      return { at: coupon.createdAt, kind: 'coupon' as const, title: stock.stock_name, lines: [rule, ...used] }
    }),
  ]
  return bubbles
    .toSorted((one, other) => one.at.localeCompare(other.at))
    .slice(-shownBubbles)
    .map((bubble) => ({ ...bubble, clock: beijingClock(new Date(bubble.at)) }))
}

function paymentBubble(order: ReturnType<SandboxControl['orders']>[number]): Omit<Bubble, 'clock'> {
  const lines = [`订单号 ${order.outTradeNo}`]
  if (order.state === 'REFUND') lines.push('已退款')
  for (const promotion of order.promotions) lines.unshift(`${promotion.name} 已抵扣 ¥${yuan(promotion.amount)}`)
  return { at: order.paidAt ?? '', kind: 'payment', title: `¥${(order.payerTotal / 100).toFixed(2)}`, lines }
}
