import { refusals, type RefusalName, type RefusalRow } from './pay/refusals.ts'

/**
 * What a fault does to a call. `committed`: WeChat did its work first, and only the caller does not know; otherwise the
 * call had no effect.
 */
export type FaultEffect =
  | { act: 'slow' }
  | { act: 'reset' | 'hang'; committed: boolean }
  | { act: 'raw'; committed: boolean; status: number; type: string; body: string }
  | { act: 'refuse'; row: RefusalRow; committed: boolean }
  | { act: 'errcode'; errcode: number; errmsg: string }
  | { act: 'spoil'; how: 'signature' | 'signtest' | 'unsigned' | 'serial' | 'clock' | 'tampered' | 'half' }
  | { act: 'oauth'; how: 'two_codes' | 'same_code_twice' | 'snapshot' | 'no_code' }

/** Which calls a fault makes sense for: WeChat Pay's, the Official Account's, the authorize page. */
export type FaultFamily = 'pay' | 'official' | 'oauth'

export type FaultKind = { label: string; families: FaultFamily[]; effect: FaultEffect }

const pay: FaultFamily[] = ['pay']
const official: FaultFamily[] = ['official']
const calls: FaultFamily[] = ['pay', 'official']
const oauth: FaultFamily[] = ['oauth']

const errorPage = (status: number, words: string) =>
  `<html><head><title>${status} ${words}</title></head><body><center><h1>${status} ${words}</h1></center></body></html>`
const html = (status: number, words: string, committed: boolean): FaultEffect => ({
  act: 'raw',
  committed,
  status,
  type: 'text/html',
  body: errorPage(status, words),
})
const answer = (body: string): FaultEffect => ({
  act: 'raw',
  committed: true,
  status: 200,
  type: 'application/json',
  body,
})
const errcode = (errcode: number, errmsg: string, label: string): FaultKind => ({
  label: `${errcode} ${label}`,
  families: official,
  effect: { act: 'errcode', errcode, errmsg },
})

const shared = {
  slow: { label: '变慢', families: ['pay', 'official', 'oauth'], effect: { act: 'slow' } },
  reset_before: { label: '处理前断开连接', families: calls, effect: { act: 'reset', committed: false } },
  reset_after_commit: { label: '已处理，断开连接', families: calls, effect: { act: 'reset', committed: true } },
  timeout_before: { label: '未处理，一直不应答', families: calls, effect: { act: 'hang', committed: false } },
  timeout_after_commit: { label: '已处理，一直不应答', families: calls, effect: { act: 'hang', committed: true } },
  html_500: { label: '500 网页', families: calls, effect: html(500, 'Internal Server Error', false) },
  html_502: { label: '502 网页', families: calls, effect: html(502, 'Bad Gateway', false) },
  html_502_after_commit: { label: '已处理，502 网页', families: calls, effect: html(502, 'Bad Gateway', true) },
  html_200: { label: '200 网页', families: calls, effect: html(200, 'OK', true) },
  empty_body: { label: '200 空内容', families: calls, effect: answer('') },
  empty_json_502: {
    label: '502 内容为 {}',
    families: calls,
    effect: { act: 'raw', committed: false, status: 502, type: 'application/json', body: '{}' },
  },
  null_body: { label: '200 内容为 null', families: calls, effect: answer('null') },
  wrong_body: { label: '200 内容不对', families: calls, effect: answer('{"unexpected":true}') },
  not_json: { label: '200 内容不是 JSON', families: calls, effect: answer('coupon sent') },
} satisfies Record<string, FaultKind>

const spoiled = {
  bad_signature: { label: '签名错误', families: pay, effect: { act: 'spoil', how: 'signature' } },
  signtest: { label: '签名探测 SIGNTEST', families: pay, effect: { act: 'spoil', how: 'signtest' } },
  unsigned: { label: '应答没有签名', families: pay, effect: { act: 'spoil', how: 'unsigned' } },
  unknown_serial: { label: '未知的证书序列号', families: pay, effect: { act: 'spoil', how: 'serial' } },
  clock_skew: { label: '应答时间偏差 10 分钟', families: pay, effect: { act: 'spoil', how: 'clock' } },
  tampered_body: { label: '应答内容被改动', families: pay, effect: { act: 'spoil', how: 'tampered' } },
  half_a_file: { label: '应答或文件只有一半', families: pay, effect: { act: 'spoil', how: 'half' } },
  system_error_after_commit: {
    label: '已处理，500 SYSTEM_ERROR',
    families: pay,
    effect: { act: 'refuse', row: refusals.system_error, committed: true },
  },
} satisfies Record<string, FaultKind>

const officialAccount = {
  code_invalid: errcode(40029, 'invalid code', 'code 无效'),
  code_used: errcode(40163, 'code been used', 'code 已被使用'),
  busy: errcode(-1, 'system error', '系统繁忙'),
  quota: errcode(45009, 'reach max api daily quota limit', '次数用完'),
  frequency: errcode(45011, 'api minute-quota reach limit, must slower, retry next minute', '过于频繁'),
  appid_wrong: errcode(40013, 'invalid appid', 'appid 错误'),
  secret_wrong: errcode(40125, 'invalid appsecret', 'AppSecret 错误'),
  secret_frozen: errcode(40243, 'appsecret is frozen', 'AppSecret 已冻结'),
  ip_refused: errcode(61004, 'access clientip is not registered', 'IP 不在白名单'),
  ip_refused_old: errcode(40164, 'invalid ip 127.0.0.1, not in whitelist', 'IP 不在白名单（旧）'),
  token_invalid: errcode(40001, 'invalid credential, access_token is invalid or not latest', 'token 无效'),
  token_expired: errcode(42001, 'access_token expired', 'token 过期'),
  api_unauthorized: errcode(48001, 'api unauthorized', '没有接口权限'),
  card_code_invalid: errcode(40056, 'invalid code', '卡券 code 无效'),
  ticket_expired: errcode(72012, 'invalid activate ticket', 'activate_ticket 过期'),
} satisfies Record<string, FaultKind>

const authorizePage = {
  two_codes: { label: '重复回调：两个 code', families: oauth, effect: { act: 'oauth', how: 'two_codes' } },
  same_code_twice: {
    label: '重复回调：同一个 code',
    families: oauth,
    effect: { act: 'oauth', how: 'same_code_twice' },
  },
  snapshot: { label: '快照页虚拟用户', families: oauth, effect: { act: 'oauth', how: 'snapshot' } },
  no_code: { label: '用户拒绝（没有 code）', families: oauth, effect: { act: 'oauth', how: 'no_code' } },
} satisfies Record<string, FaultKind>

/**
 * Every fault by name: faults of the connection, spoiled signatures, Official Account codes, and each row of the
 * refusals.
 */
export const faultTable: Record<FaultName, FaultKind> = {
  ...shared,
  ...spoiled,
  ...officialAccount,
  ...authorizePage,
  ...(Object.fromEntries(
    Object.entries(refusals).map(([name, row]: [string, RefusalRow]) => [
      name,
      {
        label: `${row.status} ${row.code} ${row.message}`,
        families: pay,
        effect: { act: 'refuse', row, committed: false },
      },
    ]),
  ) as Record<RefusalName, FaultKind>),
}

export type FaultName =
  keyof typeof shared | keyof typeof spoiled | keyof typeof officialAccount | keyof typeof authorizePage | RefusalName
