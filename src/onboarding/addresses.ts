import type { Merchant } from '../merchants/merchant.ts'
import type { Config } from '../plumbing/config/config.ts'

/** An address of ours that is entered at WeChat's platforms. */
export type Address = { key: string; label: string; where: string; value: string }

/** What a merchant enters where (docs/going-live.md, "Settings in the Official Account" and "Payments"). */
export function addressesOf({ publicUrl }: Pick<Config, 'publicUrl'>, { slug, accounts }: Merchant): Address[] {
  const numbers = accounts.map(({ mchid, role }) => ({
    key: `pay-${mchid}`,
    label: role === 'provider' ? `代金券回调（服务商号 ${mchid}）` : `支付通知（商户号 ${mchid}）`,
    where: role === 'provider' ? '代金券核销事件的回调地址，用接口设置' : '下单时的 notify_url',
    value: `${publicUrl}/notify/${slug}/pay/${mchid}`,
  }))
  return [
    {
      key: 'oauth',
      label: '网页授权域名',
      where: '服务号后台 · 设置与开发 · 账号设置 · 功能设置',
      value: new URL(publicUrl).host,
    },
    {
      key: 'push',
      label: '消息推送 URL',
      where: '微信开发者平台 · 消息推送，选安全模式',
      value: `${publicUrl}/notify/${slug}/oa`,
    },
    {
      key: 'card',
      label: '会员卡开卡后跳转地址',
      where: '会员卡的一键激活设置',
      value: `${publicUrl}/m/${slug}/card-opened?from=card`,
    },
    ...numbers,
  ]
}
