/** One of the twelve steps of a merchant's way to its first coupon, as people read of it. */
export type Step = {
  number: StepNumber
  /** The stable name in commands and JSON. */
  key: string
  name: string
  who: '服务商' | '商户' | '服务商和商户'
  where: string
  /** How to find out whether it is done. */
  known: string
  cure: string
  /** A test decides whether it is done (at WeChat, or in our own tables); what is said by hand is only a note. */
  isTested: boolean
}

export type StepNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12

/** The way in its order (docs/going-live.zh-CN.md tells it in full). */
export const steps: readonly Step[] = [
  {
    number: 1,
    key: 'prefunded',
    name: '开通预充值代金券',
    who: '服务商',
    where: '服务商平台 · 产品中心 · 我的产品',
    known: '建成或导入一个预充值批次后自动记为完成；只在平台上开通时用 merchant step 填写',
    cure: '服务商在「服务商平台 · 产品中心 · 我的产品」开通预充值代金券，再创建预充值批次',
    isTested: false,
  },
  {
    number: 2,
    key: 'provider_appid',
    name: '关联服务商自己的 AppID',
    who: '服务商',
    where: '服务商平台 · 产品中心 · AppID账号管理 · 关联AppID',
    known:
      '在商户文件中给服务商商户号填上 appid 和密钥，doctor 就能联网检查；没有的，在平台上看到“已关联”后用 merchant step 填写',
    cure: '服务商在「服务商平台 · 产品中心 · AppID账号管理 · 关联AppID」发起关联，并在该 AppID 的后台确认',
    isTested: false,
  },
  {
    number: 3,
    key: 'merchant_appid',
    name: '关联商户服务号的 AppID',
    who: '商户',
    where: '商户平台 · 产品中心 · AppID账号管理 → 服务号后台 · 广告与服务 · 微信支付 · 待关联商户号 → 授权',
    known: 'doctor 用发券商户号的密钥带上服务号 AppID 查询，被接受就是已关联',
    cure: '商户在「商户平台 · 产品中心 · AppID账号管理」发起关联，再到服务号后台「广告与服务 · 微信支付 · 待关联商户号」授权',
    isTested: true,
  },
  {
    number: 4,
    key: 'cross_merchant',
    name: '申请跨商户号发券',
    who: '服务商',
    where: '发邮件给微信支付，邮件和附件表格由 merchant application 生成',
    known: '收到微信的答复后用 merchant step 填写；跨商户发出一张券后自动记为完成',
    cure: '用 merchant application 生成申请邮件并发出，制券商户号和发券商户号都要开通；已开通的，请服务商核对批次的「可发券商户」，没有本商户号就加上，加不上就新建批次',
    isTested: false,
  },
  {
    number: 5,
    key: 'no_prefund',
    name: '邀请商户开通免充值代金券',
    who: '服务商和商户',
    where: '服务商平台 · 特约商户授权产品 · 发起邀请 → 商户平台 · 产品中心 · 我授权的产品',
    known: '双方在平台上看到“已授权”后用 merchant step 填写；发出一张免充值券后自动记为完成',
    cure: '服务商在「服务商平台 · 特约商户授权产品」选「服务商免充值代金券」，对本商户号「发起邀请」；商户超级管理员登录商户平台，在「产品中心 · 我授权的产品」接受邀请。只用预充值批次时不需要',
    isTested: false,
  },
  {
    number: 6,
    key: 'certificate',
    name: '下载商户 API 证书',
    who: '商户',
    where: '商户平台 · 账户中心 · API安全 · 申请API证书',
    known: 'doctor 检查私钥与证书是否配套、证书是否在有效期内',
    cure: '商户在「商户平台 · 账户中心 · API安全」申请 API 证书，把 apiclient_key.pem 与 apiclient_cert.pem 写入商户文件后执行 merchant apply',
    isTested: true,
  },
  {
    number: 7,
    key: 'api_v3_key',
    name: '设置 APIv3 密钥',
    who: '商户',
    where: '商户平台 · 账户中心 · API安全 · 设置APIv3密钥',
    known: 'merchant apply 检查格式；平台证书模式下 doctor 用它解开平台证书，公钥模式下收到第一条支付通知才算验证',
    cure: '商户在「商户平台 · 账户中心 · API安全」设置 32 位随机数字和字母的 APIv3 密钥，写入商户文件后执行 merchant apply',
    isTested: true,
  },
  {
    number: 8,
    key: 'settings',
    name: '填写商户号与密钥',
    who: '商户',
    where: '本系统的商户文件，执行 merchant apply',
    known: 'doctor 的一次签名查询同时检验商户号、证书序列号、私钥和服务器时间，另检验 AppSecret',
    cure: '核对商户文件中的商户号、私钥、证书、APIv3 密钥和 AppSecret，改正后执行 merchant apply',
    isTested: true,
  },
  {
    number: 9,
    key: 'stock_created',
    name: '创建代金券批次',
    who: '服务商',
    where: '服务商平台 · 营销中心 · 创建全场券',
    known: 'doctor --stock 批次号：能查询，类型与订单优惠标记正确',
    cure: '用 stock create --dry-run 打印填写单，服务商在「服务商平台 · 营销中心 · 创建全场券」照填：「可发券商户」要有本商户号，订单优惠标记是六种组合之一',
    isTested: true,
  },
  {
    number: 10,
    key: 'stock_active',
    name: '激活批次',
    who: '服务商',
    where: '服务商平台 · 营销中心 · 管理代金券',
    known: 'doctor：批次的状态是 running（运营中）',
    cure: '服务商在「管理代金券」激活批次，或执行 stock activate（需要服务商的密钥）；批次创建满一分钟后才能激活',
    isTested: true,
  },
  {
    number: 11,
    key: 'stock_imported',
    name: '导入批次',
    who: '商户',
    where: '执行 stock import 商户标识 批次号',
    known: '本系统里有没有导入的批次',
    cure: '执行 stock import 商户标识 批次号；微信不显示订单优惠标记时加 --tags',
    isTested: true,
  },
  {
    number: 12,
    key: 'campaign',
    name: '发布活动',
    who: '商户',
    where: '执行 campaign apply 商户标识 活动文件',
    known: '本系统里有没有发布的活动',
    cure: '写好活动文件（state 为 published）后执行 campaign apply，再找一位同事真领一张',
    isTested: true,
  },
]

/** The step of that number (`4`) or key (`cross_merchant`); undefined when there is none. */
export function stepNamed(text: string): Step | undefined {
  return steps.find(({ number, key }) => text === String(number) || text === key)
}
