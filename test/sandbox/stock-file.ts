const dayMs = 86_400_000

/** What WeChat is asked when a stock of 满30减10 is made (docs/wechat/pay-v3.md 2.1), with other values by path. */
export function aStockFile(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const at = (days: number) => new Date(Date.now() + days * dayMs).toISOString()
  const file = {
    stock_name: '满30减10元券',
    comment: '双十二',
    belong_merchant: '1267388801',
    available_begin_time: at(1),
    available_end_time: at(31),
    stock_use_rule: {
      max_coupons: 1000,
      max_amount: 1_000_000,
      max_coupons_per_user: 3,
      natural_person_limit: true,
      prevent_api_abuse: true,
    },
    pattern_info: { description: '满 30 元自动抵扣 10 元' },
    coupon_use_rule: {
      fixed_normal_coupon: { coupon_amount: 1000, transaction_minimum: 3000 },
      goods_tag: ['MUTEX_STORE'],
      available_merchants: ['1601400973'],
    },
    no_cash: false,
    stock_type: 'NORMAL',
  }
  for (const [path, value] of Object.entries(changes)) put(file, path.split('.'), value)
  return file
}

function put(object: Record<string, unknown>, path: string[], value: unknown): void {
  const [name, ...rest] = path as [string, ...string[]]
  if (rest.length > 0) put((object[name] ??= {}) as Record<string, unknown>, rest, value)
  else if (value === undefined) delete object[name]
  else object[name] = value
}
