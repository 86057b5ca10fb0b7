/** What the doctor can find of a stock; see findings.ts. */
export const stockFindings = {
  stock_readable: { check: 'stock_readable', ok: true, message: '批次 {stock}「{name}」可以查询', cure: '' },
  stock_unreadable: {
    check: 'stock_readable',
    ok: false,
    message: '批次 {stock} 查询不到：{said}',
    cure: '核对批次号与制券商户号；在服务商平台确认该批次的「可发券商户」包含本商户号，且双方都已开通跨商户号发券',
  },

  stock_running: { check: 'stock_state', ok: true, message: '批次 {stock} 运行中', cure: '' },
  stock_not_running: {
    check: 'stock_state',
    ok: false,
    message: '批次 {stock} 的状态是 {status}，现在发不出券',
    cure: 'unactivated：在服务商平台「管理代金券」激活；audit：等待审核；paused：恢复发放；stoped：已永久停止，请新建批次',
  },

  stock_in_window: { check: 'stock_window', ok: true, message: '批次 {stock} 的可用时间 {begin} 至 {end}', cure: '' },
  stock_not_begun: {
    check: 'stock_window',
    ok: false,
    message: '批次 {stock} 从 {begin} 才可发放',
    cure: '等到开始时间，或换用已开始的批次；活动的开始时间不应早于批次',
  },
  stock_over: {
    check: 'stock_window',
    ok: false,
    message: '批次 {stock} 已于 {end} 结束',
    cure: '请服务商新建批次并重新导入',
  },

  stock_fit: { check: 'stock_kind', ok: true, message: '批次 {stock} 是可发放的满减代金券', cure: '' },
  stock_unfit: {
    check: 'stock_kind',
    ok: false,
    message: '批次 {stock} 不能发放：{faults}',
    cure: '请服务商按要求新建一个全场代金券批次',
  },

  stock_tags_right: { check: 'stock_tags', ok: true, message: '批次 {stock}：{meaning}', cure: '' },
  stock_tags_hidden: {
    check: 'stock_tags',
    ok: true,
    message: '批次 {stock}：微信未显示订单优惠标记，按导入时填写的 {tags}（{meaning}）',
    cure: '请服务商在平台上核对该批次的订单优惠标记',
  },
  stock_tags_wrong: {
    check: 'stock_tags',
    ok: false,
    message: '批次 {stock} 的订单优惠标记不对：{fault}',
    cure: '只允许六种组合；请服务商按组合新建批次，或在导入时用 --tags 填写微信未显示的标记',
  },

  stock_left: { check: 'stock_left', ok: true, message: '批次 {stock} 还剩 {left} 张，共 {total} 张', cure: '' },
  stock_nearly_empty: {
    check: 'stock_left',
    ok: true,
    message: '批次 {stock} 只剩 {left} 张，共 {total} 张',
    cure: '请服务商增加预算或新建批次',
  },
  stock_empty: {
    check: 'stock_left',
    ok: false,
    message: '批次 {stock} 的 {total} 张已发完',
    cure: '请服务商增加预算或新建批次',
  },
} as const
