import type { SandboxControl } from '../control.ts'
import { faultTable, type FaultFamily, type FaultName } from '../fault-table.ts'
import type { FaultSpec } from '../faults.ts'
import { html, redirect } from '../http.ts'
import { openidUnder } from '../browser.ts'
import { memberOfOpenid } from '../pay/member-of-openid.ts'
import type { WorldMember, WorldStock } from '../world.ts'
import { beijingTime, yuan } from './format.ts'
import type { PageAct } from './page-routes.ts'
import { page } from './phone-acts.ts'
import { renderPage } from './render-page.ts'

/** Enough to see what just happened; tests read all calls through the control. */
const shownCalls = 100
const recordsAddress = '/sandbox/wechat-pay'

const familyNames: Record<FaultFamily, string> = { pay: '微信支付', official: '公众号接口', oauth: '网页授权' }
const statusNames = { unactivated: '未激活', audit: '审核中', running: '运行中', stoped: '已停止', paused: '暂停发放' }
const endpointNames = {
  send: '发券',
  stock_detail: '查询批次',
  stock_create: '创建批次',
  stock_start: '激活批次',
  stock_pause: '暂停批次',
  stock_restart: '重启批次',
  callback_read: '查询回调地址',
  callback_set: '设置回调地址',
  js_ticket: '页面脚本凭据',
  js_config: '页面签名校验',
  goldplan_plan: '开关点金计划',
  goldplan_page: '开关商家小票',
  image_upload: '上传营销图片',
  coupon_detail: '查询券详情',
  user_coupons: '查询用户的券',
  certificates: '下载平台证书',
  order: '查单',
  combined_order: '查合单',
  oauth_authorize: '授权页',
  oauth_exchange: 'code 换 openid',
  stable_token: '获取 access_token',
  card_decrypt: '解密卡券 code',
  card_user_info: '查询会员卡',
  card_confirm: '确认开通名片会员',
  card_detail: '查询名片会员',
  card_list: '查询会员的名片会员卡',
  card_token: '名片会员预授权 token',
  open_card_detail: '查询会员卡（membercard-open）',
  open_card_activate: '激活会员卡（membercard-open）',
}

/** GET /sandbox/wechat-pay: what WeChat has recorded, and the faults with a form to switch each on and off. */
export const recordsPage: PageAct = (control) => {
  const { world } = control.state
  const body = renderPage('wechat-pay', {
    faults: control
      .faults()
      .map((fault) => ({ ...fault, label: faultTable[fault.fault].label, scope: scopeOf(control, fault) })),
    choices: Object.entries(familyNames).map(([family, name]) => ({ name, faults: faultsOf(family as FaultFamily) })),
    endpoints: Object.entries(endpointNames),
    members: world.members.map((member) => ({ ...member, coupons: couponRows(control, member) })),
    stocks: world.stocks.map((stock) => ({
      ...control.stock(stock.stock_id),
      rule: `满 ${yuan(stock.transaction_minimum)} 减 ${yuan(stock.coupon_amount)}`,
      until: beijingTime(stock.available_end_time).slice(0, 10),
    })),
    statuses: Object.entries(statusNames),
    calls: control
      .calls()
      .slice(-shownCalls)
      .toReversed()
      .map((call) => ({
        ...call,
        clock: beijingTime(call.at).slice(11),
        name: (endpointNames as Record<string, string>)[call.endpoint] ?? call.endpoint,
        nickname: (call.openid && memberOfOpenid(world, call.openid)?.nickname) ?? call.openid,
        isBad: call.status === 0 || call.status >= 400 || call.code !== undefined,
      })),
  })
  return page(control, body)
}

/** POST /sandbox/faults */
export const switchFaultOn: PageAct = (control, _request, form) => {
  const name = form.get('fault') ?? ''
  if (!Object.hasOwn(faultTable, name)) return html('', 400)
  const spec: FaultSpec = { fault: name as FaultName }
  for (const field of ['endpoint', 'openid', 'stockId'] as const) if (form.get(field)) spec[field] = form.get(field)!
  for (const field of ['times', 'ms'] as const) if (Number(form.get(field)) > 0) spec[field] = Number(form.get(field))
  control.setFault(spec)
  return redirect(`${recordsAddress}#faults`, 303)
}

/** POST /sandbox/faults/{id}/removal */
export const switchFaultOff: PageAct = (control, _request, _form, params) => {
  control.clearFaults(Number(params.id))
  return redirect(`${recordsAddress}#faults`, 303)
}

/** POST /sandbox/stocks/{stockId}/status */
export const changeStockStatus: PageAct = (control, _request, form, params) => {
  const status = form.get('status') ?? ''
  const isKnown = control.state.world.stocks.some((stock) => stock.stock_id === params.stockId)
  if (!isKnown || !Object.hasOwn(statusNames, status)) return html('', 400)
  control.changeStock(params.stockId!, { status: status as WorldStock['status'] })
  return redirect(`${recordsAddress}#stocks`, 303)
}

function faultsOf(family: FaultFamily): { name: string; label: string }[] {
  return Object.entries(faultTable)
    .filter(([, kind]) => kind.families[0] === family)
    .map(([name, kind]) => ({ name, label: kind.label }))
}

function scopeOf(control: SandboxControl, fault: FaultSpec & { used: number }): string {
  const member = control.state.world.members.find((each) => each.openid === fault.openid)?.nickname ?? fault.openid
  const endpoint = fault.endpoint && ((endpointNames as Record<string, string>)[fault.endpoint] ?? fault.endpoint)
  const left = fault.times === undefined ? '一直有效' : `还剩 ${fault.times - fault.used} 次`
  const parts = [endpoint ?? '全部接口', member && `会员 ${member}`, fault.stockId && `批次 ${fault.stockId}`, left]
  return [...parts, fault.ms && `${fault.ms} 毫秒`, `已触发 ${fault.used} 次`].filter(Boolean).join(' · ')
}

/** The coupons that the person has at any of the merchants, newest first. */
function couponRows(control: SandboxControl, member: WorldMember): object[] {
  const { merchants } = control.state.world
  return merchants
    .flatMap(({ officialAccount }) => control.coupons(openidUnder(control.state, member, officialAccount.appid)))
    .toReversed()
    .toSorted((one, other) => other.createdAt.localeCompare(one.createdAt))
    .map((coupon) => ({
      ...coupon,
      name: control.stock(coupon.stockId).stock_name,
      time: beijingTime(coupon.createdAt).slice(5, 16),
      state: { SENDED: '可用', USED: '已使用', EXPIRED: '已过期' }[coupon.status],
    }))
}
