/**
 * Every warning as data: what is so and what to do, for the operator (Chinese, because merchants' staff read it).
 * `{name}` is replaced by a fact; `subject` names the stock or the merchant number.
 */
const words = {
  stock_sold_out: {
    message: '{subject}「{name}」的 {total} 张已发完',
    cure: '请服务商追加预算或新建批次，导入后在活动中换用',
  },
  stock_low: {
    message: '{subject}「{name}」只剩 {left} 张（共 {total} 张），按近来每天 {perDay} 张约 {days} 天后发完',
    cure: '请服务商尽早追加预算或新建批次',
  },
  stock_day_budget: {
    message: '{subject}「{name}」今天已发 {given} 元，接近单天预算 {budget} 元',
    cure: '用完后当天不再发放，次日 0 点后自动继续；经常如此请服务商提高单天预算',
  },
  stock_paused: {
    message: '{subject}「{name}」在微信支付已暂停发放，会员看到的是“活动暂停中”',
    cure: '请服务商在平台恢复，或执行 stock restart；恢复后系统自动继续发券',
  },
  stock_not_active: {
    message: '{subject}「{name}」还没有激活（{status}），发不出券',
    cure: '请服务商在平台激活，或执行 stock activate',
  },
  stock_stopped: {
    message: '{subject}「{name}」已永久停止，发不出券',
    cure: '停止的批次不能恢复：请服务商新建批次，导入后在活动中换用',
  },
  stock_over: {
    message: '{subject}「{name}」已于 {end} 到期，发不出券',
    cure: '批次不能延期：请服务商新建批次，导入后在活动中换用',
  },
  stock_ends_soon: {
    message: '{subject}「{name}」将于 {end} 到期，使用它的活动到 {campaignEnd} 才结束',
    cure: '批次不能延期：请服务商在到期前新建批次，导入后在活动中换用',
  },
  stock_unreadable: {
    message: '{subject}「{name}」已 {failures} 次没有同步成功：{problem}',
    cure: '先按所说的原因处理，再执行 stock sync；此前页面按上一次同步的状态显示',
  },
  member_month_cap: {
    message:
      '{subject}：{members} 位会员本月收到的面额已达 {share}%（最多 {most} 元），上限是每人每月每个制券商户号 5000 元',
    cure: '到上限的会员本月领不到，下月 1 日自动补发；可降低每人次数，或由另一个制券商户号制券',
  },
  member_stock_cap: {
    message: '{subject}「{name}」：{members} 位会员已领到 {share}% 以上的每人限领（{limit} 张）',
    cure: '批次的每人限领最多 60 张，建好后不能提高：请提前换用新批次',
  },
  same_person: {
    message: '{subject}「{name}」：近 7 天有 {members} 位会员因自然人限制被拒，同一身份的几个微信号合算一人',
    cure: '这是批次的“自然人限制”，不是故障；需要放开时，请服务商新建不勾选自然人限制的批次',
  },
  certificate_ends: {
    message: '商户号 {subject} 的 API 证书将于 {date} 到期，还剩 {days} 天',
    cure: '请在商户平台「账户中心 · API安全」申请新证书，再到「接口设置 · 微信API证书配置」更换；旧证书到期前两张都有效',
  },
  certificate_ended: {
    message: '商户号 {subject} 的 API 证书已于 {date} 到期，微信不再接受它的签名，发不出券',
    cure: '请在商户平台「账户中心 · API安全」申请新证书，再到「接口设置 · 微信API证书配置」更换；更换后自动继续发券',
  },
  platform_certificate_ends: {
    message: '商户号 {subject} 所用的微信支付平台证书将于 {date} 到期，还剩 {days} 天，还没有收到新的',
    cure: '请在商户平台「账户中心 · API安全」更换平台证书，或申请微信支付公钥并填入「接口设置 · 微信API证书配置」；新的平台证书系统自动下载',
  },
  platform_certificate_ended: {
    message: '商户号 {subject} 所用的微信支付平台证书已于 {date} 到期，验不了微信的应答',
    cure: '请核对 APIv3 密钥，并在商户平台「账户中心 · API安全」更换平台证书，或改用微信支付公钥',
  },
  day_unexplained: {
    message: '{subject}：有 {differences} 处差异还没有原因（{keys}）',
    cure: '执行 reconcile 查看当天的差异和证据，查明后用 --explain 写明原因，再签字',
  },
  file_differs: {
    message: '{subject} 连续 {times} 次与微信给的校验值、条数或合计不符，没有采用：{reason}',
    cure: '系统每 30 分钟再取一次；第二天仍不符时，请在商户平台手工下载，用 bills import 导入，并带 Request-ID 联系微信支付',
  },
  file_refused: {
    message: '{subject} 微信不给：{reason}',
    cure: '按所说的原因处理密钥或权限，然后执行 bills fetch；也可在商户平台手工下载，用 bills import 导入',
  },
} as const satisfies Record<string, { message: string; cure: string }>

export type WarningKind = keyof typeof words
export type Facts = Record<string, string | number>

/** A warning's sentence and cure with its facts filled in. `kind` may be of another release: then both are plain. */
export function warningWords(kind: string, subject: string, facts: Facts): { message: string; cure: string } {
  const { message, cure } = Object.hasOwn(words, kind)
    ? words[kind as WarningKind]
    : { message: `{subject}：${kind}`, cure: '' }
  const all: Facts = { ...facts, subject }
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => String(all[name] ?? '—'))
  return { message: fill(message), cure: fill(cure) }
}
