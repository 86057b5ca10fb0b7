import { X509Certificate } from 'node:crypto'
import { activeHalt } from '../../delivery/halts.ts'
import { outcomeNamed } from '../../ledger/outcomes/outcomes.ts'
import { certificateEnd } from '../../merchants/certificate-end.ts'
import { type Account, sendersOf } from '../../merchants/merchant.ts'
import { checkKeys, storedCertificate } from '../key-checks.ts'
import { ask, type CampaignFinding, good, ofStock, stop } from './campaign-finding.ts'
import type { Checked } from './checked.ts'

/** Whether the numbers that send for the campaign can, until it ends. */
export async function checkSenders(checked: Checked): Promise<CampaignFinding[]> {
  const { merchant, campaign } = checked
  const senders = sendersOf(merchant, campaign.sender_mchids)
  if (senders.length === 0)
    return [stop('活动没有可用的发券商户号', '在接口设置里配置发券商户号，或改活动的发券商户号')]
  const found: CampaignFinding[] = []
  for (const sender of senders) {
    if (!sender.keys) {
      found.push(stop(`发券商户号 ${sender.mchid} 没有密钥，签不了名`, '在接口设置的微信API证书配置里上传证书和密钥'))
      continue
    }
    const wrong = [...(await keyFaults(checked, sender)), ...(await halts(checked, sender))]
    found.push(...(wrong.length > 0 ? wrong : [good(`发券商户号 ${sender.mchid} 密钥正常，没有暂停发券`)]))
  }
  return found
}

async function keyFaults({ services, campaign, now }: Checked, sender: Account): Promise<CampaignFinding[]> {
  const wrong = (await checkKeys(services, sender)).filter(({ ok }) => !ok)
  if (wrong.length > 0) return wrong.map(({ message, cure }) => stop(message, cure))
  const pem = await storedCertificate(services.db, sender)
  if (pem === undefined) return []
  const { ends, date } = certificateEnd(new X509Certificate(pem), now)
  if (ends >= campaign.ends_at) return []
  return [
    ask(`发券商户号 ${sender.mchid} 的 API 证书 ${date} 到期，早于活动结束`, '在到期前更换证书，否则到时发不出券'),
  ]
}

/** A halt of the whole number closes every stock, and is told once. */
async function halts({ services, offers }: Checked, sender: Account): Promise<CampaignFinding[]> {
  const found = new Map<number, CampaignFinding>()
  for (const { stock } of offers) {
    const halt = await activeHalt(services, sender.id, stock.id)
    if (!halt) continue
    const { cause, cure } = outcomeNamed(halt.cause).operator
    const of = halt.stock_ref === null ? `发券商户号 ${sender.mchid} ` : ofStock(stock)
    found.set(halt.id, stop(`${of}暂停发券：${cause}`, cure))
  }
  return [...found.values()]
}
