import { cardFindings } from './card-findings.ts'
import { providerFindings } from './provider-findings.ts'
import { stockFindings } from './stock-findings.ts'

/**
 * Everything that the doctor can find, as data: the check, whether it is fine, and the text for the operator (Chinese,
 * because merchants' staff read it). `{name}` is replaced by a fact. `cure` is empty where nothing has to be done.
 */
const findings = {
  keys_right: { check: 'keys', ok: true, message: '商户号 {mchid}：私钥、证书序列号与 APIv3 密钥齐全且匹配', cure: '' },
  keys_wrong: {
    check: 'keys',
    ok: false,
    message: '商户号 {mchid}：{faults}',
    cure: '在商户平台「账户中心 · API安全」重新下载证书，在「接口设置 · 微信API证书配置」上传；用商户文件的，把配套的 apiclient_key.pem 与 apiclient_cert.pem 写入后再次 merchant apply',
  },
  keys_missing: {
    check: 'keys',
    ok: false,
    message: '没有带密钥的发券商户号',
    cure: '在「接口设置 · 微信API证书配置」上传商户号的证书、填写 APIv3 密钥；用商户文件的，在 accounts 中加入 role 为 sender 的商户号及其密钥',
  },

  certificate_in_date: {
    check: 'certificate_date',
    ok: true,
    message: '商户号 {mchid}：API 证书有效期至 {date}',
    cure: '',
  },
  certificate_unknown: {
    check: 'certificate_date',
    ok: true,
    message: '商户号 {mchid}：只填了序列号，看不到证书有效期',
    cure: '在「接口设置 · 微信API证书配置」上传证书，或在商户文件中把 apiclient_cert.pem 的内容填入 certificate，到期前会提醒',
  },
  certificate_ends_soon: {
    check: 'certificate_date',
    ok: true,
    message: '商户号 {mchid}：API 证书将于 {date} 到期，还剩 {days} 天',
    cure: '请在到期前于商户平台「API安全」申请新证书，在「接口设置 · 微信API证书配置」更换，或更新商户文件',
  },
  certificate_ended: {
    check: 'certificate_date',
    ok: false,
    message: '商户号 {mchid}：API 证书已于 {date} 到期',
    cure: '在商户平台「API安全」申请新证书，在「接口设置 · 微信API证书配置」更换，或更新商户文件',
  },

  clock_right: { check: 'clock', ok: true, message: '服务器时间与微信支付相差 {seconds} 秒', cure: '' },
  clock_off: {
    check: 'clock',
    ok: false,
    message: '服务器时间与微信支付相差 {seconds} 秒，签名会被拒绝',
    cure: '打开服务器的网络校时（NTP），例如 timedatectl set-ntp true',
  },
  clock_unknown: {
    check: 'clock',
    ok: false,
    message: '连接不上微信支付（{url}）：{word}',
    cure: '检查服务器能否访问该地址：DNS、防火墙与出口代理',
  },
  clock_unchecked: {
    check: 'clock',
    ok: false,
    message: '未能核对服务器时间：没有带密钥的发券商户号，不能向微信支付查询',
    cure: '先在商户文件的 accounts 中加入 role 为 sender 的商户号及其密钥，再检查一次',
  },

  signature_right: { check: 'signature', ok: true, message: '商户号 {mchid}：签名调用被微信支付接受', cure: '' },
  signature_wrong: {
    check: 'signature',
    ok: false,
    message: '商户号 {mchid}：微信支付不接受签名（{status} {code} {said}）',
    cure: '依次核对：商户号、证书序列号与私钥是否同一套；证书是否已作废；是否已设置 APIv3 密钥；服务器时间',
  },
  signature_unknown: {
    check: 'signature',
    ok: false,
    message: '商户号 {mchid}：没有得到微信支付的应答（{word}）',
    cure: '稍后重试；若持续出现，检查服务器到微信支付的网络',
  },

  verification_right: {
    check: 'verification_key',
    ok: true,
    message: '商户号 {mchid}：微信支付的应答验签通过',
    cure: '',
  },
  verification_wrong: {
    check: 'verification_key',
    ok: false,
    message: '商户号 {mchid}：微信支付的应答验签不通过',
    cure: '公钥模式：核对微信支付公钥与公钥ID是否同一套，且平台已开始切换；平台证书模式：核对 APIv3 密钥，密钥不对就解不开平台证书',
  },
  verification_unknown: {
    check: 'verification_key',
    ok: true,
    message: '商户号 {mchid}：这次应答没有带签名，未能检验验签密钥',
    cure: '导入一个批次后再次检查，或用 --stock 指定批次号',
  },

  secret_right: { check: 'app_secret', ok: true, message: '服务号 {appid}：AppSecret 有效', cure: '' },
  secret_wrong: {
    check: 'app_secret',
    ok: false,
    message: '服务号 {appid}：微信不接受 AppSecret 或本机地址（errcode {errcode}）',
    cure: '在微信开发者平台核对 AppID 与 AppSecret；把服务器出口 IP 加入 IP 白名单（40164、61004）；若 AppSecret 已冻结请解冻（40243）',
  },
  secret_unknown: {
    check: 'app_secret',
    ok: false,
    message: '服务号 {appid}：没有得到微信的应答（{word}）',
    cure: '稍后重试；若持续出现，检查服务器能否访问 {url}',
  },

  appid_bound: { check: 'appid_bound', ok: true, message: '服务号 {appid} 已关联商户号 {mchid}', cure: '' },
  appid_not_bound: {
    check: 'appid_bound',
    ok: false,
    message: '服务号 {appid} 没有关联商户号 {mchid}（APPID_MCHID_NOT_MATCH）',
    cure: '商户平台「产品中心 · AppID账号管理」发起关联，再到服务号后台「广告与服务 · 微信支付 · 待关联商户号」授权',
  },
  appid_unknown: {
    check: 'appid_bound',
    ok: false,
    message: '未能检查服务号 {appid} 与商户号 {mchid} 的关联（{said}）',
    cure: '先解决上面的签名或网络问题，再检查一次',
  },

  ...providerFindings,
  ...stockFindings,
  ...cardFindings,

  nothing_halted: { check: 'halts', ok: true, message: '没有暂停发券的商户号或批次', cure: '' },
  halted: { check: 'halts', ok: false, message: '{what} 暂停发券：{cause}（{said}）', cure: '{cure}' },

  no_warnings: { check: 'warnings', ok: true, message: '没有预警', cure: '' },
  warning: { check: 'warnings', ok: true, message: '预警：{message}（自 {since}）', cure: '{cure}' },

  set_aside: {
    check: 'set_aside',
    ok: false,
    message: '{count} 张券留待人工处理（{reasons}）：{grants}',
    cure: '按 attempts 里的原文查明原因，处理后对这些发放记录执行 grants retry，或用 grants give-up、grants replace',
  },
} as const satisfies Record<string, Finding>

/** One line of the doctor's answer; `--json` prints it unchanged. */
export type Finding = { check: string; ok: boolean; message: string; cure: string }

/** A finding with the facts filled in. */
export function finding(name: keyof typeof findings, facts: Record<string, string | number | undefined> = {}): Finding {
  const { check, ok, message, cure } = findings[name]
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, fact: string) => String(facts[fact] ?? '—'))
  return { check, ok, message: fill(message), cure: fill(cure) }
}
