import { dayMs } from '../../plumbing/clock.ts'
import { yuan } from '../../plumbing/yuan.ts'
import { monthCapFen } from '../../stocks/member-caps.ts'
import { ask, type CampaignFinding, good, ofStock, stop } from './campaign-finding.ts'
import { type Checked, type OfferedStock } from './checked.ts'

/** The longest month. */
const monthDays = 31

/** What the campaign lets one member have, against what WeChat gives one member of the stock and in a month. */
export function checkPerMember(checked: Checked): CampaignFinding[] {
  const found = [...checked.offers.flatMap((offer) => ofStockLimit(checked, offer)), ...ofMonth(checked)]
  return found.length > 0 ? found : [good('每人能领的张数和金额都在微信的上限内')]
}

function ofStockLimit({ campaign, now }: Checked, { stock, perGrant }: OfferedStock): CampaignFinding[] {
  const most = stock.max_coupons_per_user
  const name = `${ofStock(stock)}每人最多 ${most} 张`
  if (perGrant > most) return [stop(`活动一次发 ${perGrant} 张，${name}`, '减少每次的张数')]
  const { per_member } = campaign.limits
  if (per_member !== undefined && per_member * perGrant > most)
    return [
      stop(
        `活动每人最多 ${per_member} 次共 ${per_member * perGrant} 张，${name}`,
        '减少每人次数，建好的批次不能提高每人限领',
      ),
    ]
  const all = grantsOfMember(campaign, Math.ceil((campaign.ends_at.getTime() - now.getTime()) / dayMs))
  if (all === Infinity || all * perGrant <= most) return []
  return [
    ask(
      `按每人每天的次数，一位会员最多会想领 ${all * perGrant} 张，${name}，之后会看到“已达上限”`,
      '设每人总次数，或告诉会员',
    ),
  ]
}

/** Grants that one member can have in so many days: of a small campaign at most all. */
function grantsOfMember({ limits }: Checked['campaign'], days: number): number {
  const { per_member = Infinity, per_member_per_day: perDay = Infinity, total = Infinity } = limits
  return Math.min(total, per_member, perDay * Math.max(1, days))
}

/** WeChat's cap is of each creating number (docs/wechat/pay-v3.md 3.3). */
function ofMonth({ campaign, offers }: Checked): CampaignFinding[] {
  const grants = grantsOfMember(campaign, monthDays)
  const sums = new Map<string, number>()
  for (const { stock, perGrant } of offers) {
    const coupons = Math.min(grants * perGrant, stock.max_coupons_per_user)
    sums.set(stock.creator_mchid, (sums.get(stock.creator_mchid) ?? 0) + coupons * stock.coupon_amount)
  }
  return [...sums].flatMap(([creator, fen]) =>
    fen > monthCapFen
      ? [
          ask(
            `一位会员一个月最多可得 ${yuan(fen)} 元，微信规定每人每月每个制券商户号（${creator}）最多 ${yuan(monthCapFen)} 元`,
            '到上限的会员要等下月 1 日自动补发；不想这样就减少每人次数',
          ),
        ]
      : [],
  )
}
