/** Who does a step; the page can be narrowed to one of them. */
export const platforms = {
  provider: '服务商平台',
  merchant: '商户平台',
  official: '公众号后台',
  wechat: '微信',
} as const

export type Platform = keyof typeof platforms

/** The twelve steps in their order: who does each, where in WeChat's platforms, and the view that plays it. */
export const platformSteps: { title: string; view: string; where: string; who: Platform[] }[] = [
  { title: '开通预充值代金券', view: 'products', where: '产品中心 · 我的产品', who: ['provider'] },
  { title: '关联服务商自己的 AppID', view: 'own-appid', where: '产品中心 · AppID账号管理', who: ['provider'] },
  {
    title: '关联商户的公众号',
    view: 'appid',
    where: '商户平台发起，公众号后台确认',
    who: ['merchant', 'official'],
  },
  { title: '申请跨商户号发券', view: 'application', where: '发邮件给微信支付', who: ['provider', 'wechat'] },
  {
    title: '邀请商户开通免充值代金券',
    view: 'invitation',
    where: '特约商户授权产品 · 发起邀请；只有免充值批次需要',
    who: ['provider', 'merchant'],
  },
  { title: '下载 API 证书', view: 'certificates', where: '账户中心 · API安全', who: ['merchant', 'provider'] },
  { title: '设置 APIv3 密钥', view: 'api-keys', where: '账户中心 · API安全', who: ['merchant', 'provider'] },
  {
    title: '把参数填进 paycoupon',
    view: 'merchant-file',
    where: '商户号、证书、密钥，以及公众号后台的设置',
    who: ['merchant', 'official'],
  },
  { title: '创建代金券批次', view: 'stock-form', where: '营销中心 · 创建全场券', who: ['provider'] },
  { title: '激活批次', view: 'stocks', where: '营销中心 · 管理代金券', who: ['provider'] },
  { title: '在 paycoupon 导入批次', view: 'import', where: '凭批次号导入', who: ['merchant'] },
  { title: '发出第一张券', view: 'first-coupon', where: '会员在公众号里领取', who: ['merchant', 'official'] },
]
