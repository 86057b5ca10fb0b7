import type { OutcomeRow } from '../outcome.ts'

/**
 * The stock cannot be sent by this account as it is set up (wechat/pay-v3.md 3.3, the stock's part of CONFIG), and what
 * nobody can tell: it halts no more than the stock.
 */
export const stockSetupOutcomes: OutcomeRow[] = [
  {
    name: 'stock_not_sendable_by_api',
    match: { status: 400, codes: ['APPID_MCHID_NOT_MATCH'], phrase: '不能在api渠道发放' },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    member: 'try_later',
    operator: {
      cause: '该批次不是代金券（例如立减与折扣），不能用接口发放',
      cure: '请制券方新建代金券批次，导入后在活动中换用',
    },
    source: 'pay-v3.md 3.3, 7 no. 13 (community)',
  },
  {
    name: 'stock_not_cross_merchant',
    match: { status: 403, codes: ['REQUEST_BLOCKED'], phrase: '批次不支持跨商户发券', subCodes: ['270079508'] },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    member: 'try_later',
    operator: {
      cause: '批次制券时没有设置可发券商户，或双方还没有开通“跨商户号发券”',
      cure: '确认服务商和商户都已获微信批准“跨商户号发券”；通常需要新建一个设置了可发券商户的批次',
    },
    source: 'pay-v3.md 3.3, 3.6',
  },
  {
    name: 'sender_not_listed',
    match: { status: 403, codes: ['REQUEST_BLOCKED'], phrase: '商户无权发券', subCodes: ['270079509'] },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    member: 'try_later',
    operator: {
      cause: '本商户号不在批次的可发券商户列表里',
      cure: '请制券方在服务商平台把本商户号加入该批次的“可发券商户”，或换用已加入的批次',
    },
    source: 'pay-v3.md 3.3, 3.4',
  },
  {
    name: 'stock_not_found',
    match: {
      status: 404,
      codes: ['RESOURCE_NOT_EXISTS'],
      phrase: '批次不存在',
      subCodes: ['270079488'],
      codeSuffices: true,
    },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    member: 'try_later',
    operator: { cause: '批次号不存在', cure: '核对批次号与制券商户号，重新导入正确的批次' },
    source: 'pay-v3.md 3.3, 3.4',
  },
  {
    name: 'merchant_number_illegal',
    match: { status: 400, codes: ['INVALID_REQUEST'], phrase: '非法的商户号', subCodes: ['270079489'] },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    member: 'try_later',
    operator: {
      cause: '制券商户号或发券商户号填写有误',
      cure: '核对批次的制券商户号（stock_creator_mchid）和发券商户号，改正后重新导入批次',
    },
    source: 'pay-v3.md 3.3, 3.4',
  },
  {
    name: 'merchant_number_unknown',
    match: {
      status: 400,
      codes: ['MCH_NOT_EXISTS'],
      phrase: '商户号不合法',
      subCodes: ['269546538'],
      codeSuffices: true,
    },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    member: 'try_later',
    operator: { cause: '微信查不到填写的商户号', cure: '核对批次的制券商户号和本商户号，改正后重新导入批次' },
    source: 'pay-v3.md 2.0, 3.3, 3.4',
  },
  {
    name: 'parameters_refused',
    match: {
      status: 400,
      codes: ['PARAM_ERROR'],
      subCodes: ['270079577'],
      codeSuffices: true,
    },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    member: 'try_later',
    operator: {
      cause: '微信不接受请求参数，最常见的是批次号不属于填写的制券商户号',
      cure: '核对批次号与制券商户号是否成对；仍不行时带上请求编号（Request-ID）联系微信支付客服',
    },
    source: 'pay-v3.md 2.0, 3.3, 3.6 Q3',
  },
  {
    name: 'number_reused',
    match: { status: 400, codes: ['RESOURCE_ALREADY_EXISTS'], phrase: '请求信息不一致', codeSuffices: true },
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    couponSchedule: 'stranger',
    member: 'try_later',
    operator: {
      cause: '同一发券单号曾以不同内容发送过，可能有别的系统在使用同样的单号',
      cure: '查明是谁用过这个单号；确认会员没有收到券后，再决定是否换新单号补发',
    },
    source: 'pay-v3.md 2.0, 3.2: documented for create, unconfirmed for send',
  },
  {
    name: 'needs_operator',
    match: {},
    verdict: 'halt',
    scope: 'stock',
    schedule: 'setup',
    couponSchedule: 'stranger',
    member: 'try_later',
    operator: {
      cause: '微信给出了未收录的拒绝原因，不能判断是否只针对该会员',
      cure: '按保存的错误码、原文和请求编号（Request-ID）查明原因；处理后重试，也会自动试探',
    },
    source: 'pay-v3.md 3.3 "other": never final for the member',
  },
]
