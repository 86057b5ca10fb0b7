import { grouped } from '../../campaigns/in-chinese.ts'
import { leftToPromise } from '../../grants/stock-left.ts'
import { dayMs } from '../../plumbing/clock.ts'
import { forecastOf } from '../../stocks/forecast.ts'
import { ask, type CampaignFinding, good, ofStock, stop } from './campaign-finding.ts'
import type { Checked, OfferedStock } from './checked.ts'
import { promisedOf } from './promised.ts'

/** Whether each stock has the coupons that the campaign promises, and lasts as long at its present pace. */
export async function checkLeft(checked: Checked): Promise<CampaignFinding[]> {
  const found: CampaignFinding[] = []
  for (const offer of checked.offers) found.push(...(await leftOf(checked, offer)), ...(await paceOf(checked, offer)))
  return found
}

async function leftOf(checked: Checked, offer: OfferedStock): Promise<CampaignFinding[]> {
  const { stock, perGrant } = offer
  const left = await leftToPromise(checked.services, stock)
  const name = ofStock(stock)
  const more = '请服务商追加预算或新建批次，或减少活动总量'
  if (left < perGrant) return [stop(`${name}只能再发 ${grouped(left)} 张，不够发一份（${perGrant} 张）`, more)]
  const promised = await promisedOf(checked, checked.campaign, stock)
  if (promised === undefined)
    return [
      ask(`活动没有设总量，会把${name}剩下的 ${grouped(left)} 张发完`, '在限量里设活动总量，最多花多少钱就清楚了'),
    ]
  if (promised > left) return [ask(`活动最多要发 ${grouped(promised)} 张，${name}只能再发 ${grouped(left)} 张`, more)]
  return [good(`${name}还能发 ${grouped(left)} 张，活动最多要 ${grouped(promised)} 张`)]
}

/** Coupons that other systems send of the stock count in its pace too. */
async function paceOf({ services, campaign, now }: Checked, { stock }: OfferedStock): Promise<CampaignFinding[]> {
  const { left, perDay, daysLeft } = await forecastOf(services.db, stock, now)
  const days = (campaign.ends_at.getTime() - now.getTime()) / dayMs
  if (left === 0 || perDay === undefined || daysLeft === undefined || daysLeft >= days) return []
  const pace = `按近来每天 ${Math.round(perDay)} 张约 ${Math.floor(daysLeft)} 天发完`
  return [ask(`${ofStock(stock)}${pace}，活动还有 ${Math.ceil(days)} 天`, '请服务商尽早追加预算，或准备下一个批次')]
}
