import type { Merchant } from '../../../../merchants/merchant.ts'
import type { Person } from '../../../../operators/rights/person.ts'
import { mayWithStock } from '../../../../stocks/by-staff/reach.ts'
import { type ByHand, onlyByHand } from '../../../../stocks/provider/by-hand.ts'
import type { WantedStock } from '../../../../stocks/provider/wanted-stock.ts'

/** Why this person cannot make this stock by WeChat's call; undefined when it can be made so. */
export function whyNotByApi(
  { wanted, byHand }: { wanted: WantedStock; byHand: ByHand },
  merchant: Merchant,
  person: Person,
): string | undefined {
  const { mchid, keys } = wanted.creator
  const fields = onlyByHand(byHand)
  if (fields.includes('可发券商户') || !wanted.sendsItself)
    return `微信的创建接口没有“可发券商户”字段，用接口建的批次只有制券商户号 ${mchid} 自己能发。要让别的商户号发券，请按上面的填写单在服务商平台创建`
  if (fields.length > 0) return `微信的创建接口没有开放“${fields.join('”“')}”，请按上面的填写单在服务商平台创建`
  if (!keys) return `这里没有制券商户号 ${mchid} 的密钥，请按上面的填写单在服务商平台创建`
  const mayCreate = mayWithStock(person, 'act_at_wechat', { merchant_id: merchant.id, creator_mchid: mchid })
  return mayCreate ? undefined : '您的角色不能在微信创建批次，请管理员或服务商运营来做'
}
