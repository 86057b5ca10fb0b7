/** What a fault or a warning of a plan is about, with its sentence for a page. `path`: WeChat's name of the field. */
export type ChineseFault = { path: string; chinese: string }

/** A sentence of the plan's rules in Chinese: they are `path: what is wrong`. */
export function inChinese(sentence: string): ChineseFault {
  const at = sentence.indexOf(': ')
  // A fault of one of several is a fault of the field.
  const path = sentence.slice(0, at).replace(/[[.]\d+\]?$/, '')
  const words = sentence.slice(at + 2)
  const label = labels[path] ?? path
  for (const [pattern, say] of sentences) {
    const found = pattern.exec(words)
    if (found) return { path, chinese: say(label, found[1] ?? '') }
  }
  return { path, chinese: `${label}微信不接受（${words}）` }
}

const coupon = 'coupon_use_rule.fixed_normal_coupon'

const labels: Record<string, string> = {
  stock_name: '批次名称',
  comment: '备注',
  belong_merchant: '制券商户号',
  available_begin_time: '可用时间的开始',
  available_end_time: '可用时间的结束',
  'stock_use_rule.max_coupons': '发放总量',
  'stock_use_rule.max_amount': '总预算（面额乘以总量）',
  'stock_use_rule.max_amount_by_day': '单天预算',
  'stock_use_rule.max_coupons_per_user': '每人限领',
  [`${coupon}.coupon_amount`]: '面额',
  [`${coupon}.transaction_minimum`]: '使用门槛',
  'coupon_use_rule.goods_tag': '订单优惠标记',
  'coupon_use_rule.limit_pay': '支付方式',
  'coupon_use_rule.trade_type': '支付场景',
  'coupon_use_rule.available_items': '可用商品',
  'coupon_use_rule.available_merchants': '可用商户',
  'coupon_use_rule.combine_use': '能否与其他代金券叠加',
  no_cash: '资金方式',
  'pattern_info.description': '使用说明',
  'pattern_info.merchant_logo': '商户图标',
  'pattern_info.merchant_name': '商户名称',
  'pattern_info.background_color': '券背景色',
  'pattern_info.coupon_image': '券详情图',
  'pattern_info.jump_target': '跳转',
  'pattern_info.mini_program_appid': '小程序 AppID',
  'pattern_info.mini_program_path': '小程序路径',
}

type Say = (label: string, part: string) => string

/** In this order: the first that fits counts. */
const sentences: [RegExp, Say][] = [
  [/^(?:is missing|must not be empty|must not be null|must be text)/, (label) => `请填写${label}`],
  [/^must be a whole number of fen/, (label) => `${label}是金额（元），最多两位小数`],
  [/^must be a whole number/, (label) => `${label}是整数`],
  [/^must be true or false/, (label) => `请选择${label}`],
  [/^must be a merchant number/, (label) => `${label}是微信支付的商户号`],
  [/^must be (?:a time with its offset|at most 32 characters)/, (label) => `请填写${label}`],
  [/^must have no emoji/, (label) => `${label}不能有表情符号，微信不接受`],
  [/^must have no control characters/, (label) => `${label}里有看不见的字符，请删掉`],
  [/^must be at most (\d+) characters long/, (label, most) => `${label}最多 ${most} 个字`],
  [/^must be a list of 1 to (\d+)/, (label, most) => `${label}填 1 到 ${most} 个`],
  [/^must name nothing twice/, (label) => `${label}有重复`],
  [/^must be at most 9 Chinese/, (label) => `${label}最多 9 个汉字或 20 个字母，汉字按两个字母算`],
  [/^must have none of/, (label) => `${label}不能有 _ , ; |`],
  [/^must not say/, (label) => `${label}不能有“测试”或“微信立减金”，微信会拒绝`],
  [/^must be 5 or more/, (label) => `${label}至少 5 张`],
  [/^must be 10,000,000 or less/, (label) => `${label}最多 1,000 万张`],
  [/^must be above 0/, (label) => `${label}要大于 0`],
  [/^must be 100 million yuan/, (label) => `${label}不能超过 1 亿元`],
  [/^must be 1 or more/, (label) => `${label}至少 1 张`],
  [/^must be 60 or less/, (label) => `${label}最多 60 张`],
  [/^must be above 1 fen/, (label) => `${label}至少 0.02 元`],
  [/^must be 1000 yuan/, (label) => `${label}最多 1,000 元`],
  [/^must be exactly one of/, (label) => `请选择${label}：六种组合之一`],
  [/^must be letters, digits/, (label) => `${label}只能用字母、数字和下划线`],
  [/^must be a code such as/, (label) => `${label}填微信的代码，例如 ICBC_CREDIT`],
  [/^must be (?:the address|at most 256)/, (label) => `${label}填上传到微信后得到的图片地址`],
  [/^must be at most 12 Chinese/, (label) => `${label}最多 12 个汉字或 36 个字母`],
  [/^must be (?:COLOR and )?one of/, (label) => `请选择${label}`],
  [/^must be wx and 16/, (label) => `${label}是 wx 开头的 18 个字符`],
  [/is no merchant number of/, (label) => `${label}不是本商户配置过的商户号`],
  [/^must not be in the past/, (label) => `${label}不能早于现在`],
  [/^must be within (\d+) days/, (label, days) => `${label}要在 ${days} 天之内`],
  [/^must be after/, (label) => `${label}要晚于开始`],
  [/^must be at most (\d+) days after/, (label, days) => `${label}最晚是开始后 ${days} 天`],
  [/^must be coupon_amount times/, (label) => `${label}不对`],
  [/^must not be above max_amount/, (label) => `${label}不能超过总预算`],
  [/^must not be above max_coupons/, (label) => `${label}不能超过发放总量`],
  [/^must be above coupon_amount/, (label) => `${label}要大于面额`],
  [/^is below 1 yuan/, (label) => `${label}小于 1 元，微信要求另外开通权限`],
  [/^is less than one coupon/, (label) => `${label}不够发一张，一张也发不出来`],
]
