/** The sign beside each page of the menu, by its name. */
const icons: Record<string, string> = {
  首页: 'home',
  商户总览: 'houses-1',
  本服务商的商户: 'houses-1',
  新增商户: 'add',
  申请与批准: 'check-circle-filled',
  服务商授权: 'service',
  跨商户发券申请: 'mail',
  批次管理: 'layers',
  接入向导: 'map-route-planning',
  微信优惠券: 'coupon',
  发放记录: 'history',
  活动管理: 'gift',
  商户信息: 'shop',
  接口设置: 'api',
  员工账号: 'usergroup',
  操作日志: 'file-paste',
  我的账号: 'user',
}

/** Of the pages that are not named above, so that all words of the menu begin at the same place. */
const otherIcon = 'root-list'

export function menuIcon(text: string): string {
  return icons[text] ?? otherIcon
}

/** The keys that lead to a page after `g`. */
const keys: Record<string, string> = { 商户总览: 'o', 微信优惠券: 's', 批次管理: 's', 活动管理: 'h' }

export function menuKey(text: string): { key?: string } {
  const key = keys[text]
  return key === undefined ? {} : { key }
}
