import type { OutcomeRow } from '../outcome.ts'

/** Everybody waits until the stock's state, window or budget changes (wechat/pay-v3.md 3.3, class STOCK). */
export const stockOutcomes: OutcomeRow[] = [
  {
    name: 'stock_over_or_inactive',
    match: { status: 400, codes: ['INVALID_REQUEST'], phrase: '活动已结束或未激活' },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    member: 'try_later',
    operator: {
      cause: '批次未激活、已暂停或已结束',
      cure: '请制券方在服务商平台查看批次状态：未激活则激活，已暂停则恢复；已停止或过期的批次不能恢复，需换新批次',
    },
    source: 'pay-v3.md 3.3, 3.4',
  },
  {
    name: 'stock_outside_window',
    match: { status: 403, codes: ['REQUEST_BLOCKED'], phrase: '活动未开始或已结束', subCodes: ['270079533'] },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    member: 'try_later',
    operator: {
      cause: '当前时间不在批次的发放时间内，或批次不在运营中',
      cure: '核对批次的起止时间和状态，必要时换新批次；批次恢复后会自动补发',
    },
    source: 'pay-v3.md 3.3, 3.4 (sub-code observed)',
  },
  {
    name: 'stock_budget_exhausted',
    match: { status: 403, codes: ['NOT_ENOUGH'], phrase: '批次预算不足', subCodes: ['270079534'], codeSuffices: true },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'budget',
    member: 'sold_out',
    operator: {
      cause: '批次预算已用完（设有单天预算时，次日 0 点后可能恢复）',
      cure: '请制券方追加批次预算，或在活动中换用新批次；恢复后会自动补发',
    },
    source: 'pay-v3.md 3.3, 3.4',
  },
  {
    name: 'stock_daily_cap',
    match: { phrase: '发券超过单天限额' },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'daily_cap',
    member: 'try_later',
    operator: {
      cause: '批次触发了微信的单天发券限额；该限额是动态的，当天也可能恢复',
      cure: '无需处理，系统每 15–60 分钟自动再试；经常出现时请制券方提高单天预算',
    },
    source: 'pay-v3.md 3.3, 7 no. 22 (community)',
  },
  {
    name: 'stock_status_illegal',
    match: { status: 400, codes: ['PARAM_ERROR'], phrase: '非法的批次状态' },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    member: 'try_later',
    operator: { cause: '批次当前的状态不允许发放', cure: '请制券方在服务商平台查看并恢复批次' },
    source: 'pay-v3.md 2.0',
  },
  {
    name: 'user_package_importing',
    match: { status: 403, codes: ['RULE_LIMIT'], phrase: '用户包未导入完成' },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    member: 'try_later',
    operator: { cause: '批次关联的用户包还没有导入完成', cure: '等待导入完成，之后会自动补发' },
    source: 'pay-v3.md 2.0',
  },
]
