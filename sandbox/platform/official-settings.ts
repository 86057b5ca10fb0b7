import type { SandboxState } from '../state.ts'
import type { WorldMerchant } from '../world.ts'
import { merchantAt } from './look-up.ts'
import { PlatformRefusal } from './platform-refusal.ts'

/** 网页授权域名 takes at most two host names without protocol and port (docs/wechat/official-account.md 1.7). */
const domainsAtMost = 2

/** 公众号后台: 网页授权域名. */
export function setWebDomains(state: SandboxState, input: { slug: string; domains: string[] }): WorldMerchant {
  const merchant = merchantAt(state, input.slug)
  const domains = input.domains.filter((domain) => domain !== '')
  const bad = domains.find((domain) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(domain))
  if (bad) throw new PlatformRefusal(`域名“${bad}”不对：不要写 http:// 和端口`)
  if (domains.length > domainsAtMost) throw new PlatformRefusal(`最多 ${domainsAtMost} 个域名`)
  merchant.officialAccount.webAuthDomains = domains
  return merchant
}

/** 公众号后台: IP白名单, only kept and shown. */
export function setAllowedIps(state: SandboxState, input: { slug: string; ips: string[] }): WorldMerchant {
  const merchant = merchantAt(state, input.slug)
  merchant.officialAccount.allowedIps = input.ips.filter((ip) => ip !== '')
  return merchant
}

/** 公众号后台: 自定义菜单. The campaign that 领券 opens on the phone. */
export function setMenu(state: SandboxState, input: { slug: string; campaign: string }): WorldMerchant {
  const merchant = merchantAt(state, input.slug)
  const campaign = input.campaign.trim()
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(campaign)) throw new PlatformRefusal('活动代号只能用小写字母、数字和连字符')
  merchant.campaigns.link.slug = campaign
  return merchant
}
