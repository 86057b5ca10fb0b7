/**
 * WeChat Pay's error answers: HTTP status, code, message and the number behind the Request-ID
 * (docs/wechat/pay-v3.md 3.3, 3.4).
 */
export type RefusalRow = { status: number; code: string; message: string; subCode?: string; detail?: unknown }

export const refusals = {
  openid_appid_mismatch: row(400, 'INVALID_REQUEST', 'openid与appID不匹配', '270079501'),
  stock_ended_or_inactive: row(400, 'INVALID_REQUEST', '活动已结束或未激活', '270079533'),
  illegal_mchid: row(400, 'INVALID_REQUEST', '非法的商户号', '270079489'),
  month_cap: row(400, 'INVALID_REQUEST', '暂时无法领取,请联系商家处理'),
  appid_mchid_mismatch: row(400, 'APPID_MCHID_NOT_MATCH', '商户号与appid不匹配', '270079507'),
  not_by_api: row(400, 'APPID_MCHID_NOT_MATCH', '不能在api渠道发放'),
  mch_not_exists: row(400, 'MCH_NOT_EXISTS', '商户号不合法', '270079489'),
  param_error: row(400, 'PARAM_ERROR', '参数错误,请核对文档要求', '270079577'),
  field_missing: row(400, 'PARAM_ERROR', '批次号必填'),
  request_differs: row(400, 'RESOURCE_ALREADY_EXISTS', '请求重入，但本次请求与上次请求信息不一致'),
  sign_error: row(401, 'SIGN_ERROR', '错误的签名，导致验签失败', '269546525'),
  certificate_expired: row(401, 'SIGN_ERROR', '商户证书已过期', '269546505'),
  serial_wrong: row(401, 'SIGN_ERROR', '商户证书序列号有误，请使用签名私钥匹配的证书序列号', '269546507'),
  request_expired: row(401, 'SIGN_ERROR', '请求时间超出允许范围，请检查服务器时间', '268573590'),
  no_auth: row(403, 'NO_AUTH', '商户暂无权限使用此功能，请开通产品权限'),
  not_enough: row(403, 'NOT_ENOUGH', '批次预算不足', '270079534'),
  day_limit: row(403, 'NOT_ENOUGH', '发券超过单天限额'),
  user_abnormal: row(403, 'USER_ACCOUNT_ABNORMAL', '用户非法'),
  rule_limit: row(403, 'RULE_LIMIT', '用户已达最大领券次数'),
  user_blocked: row(403, 'REQUEST_BLOCKED', '用户被限领拦截', '270079532'),
  not_started_or_ended: row(403, 'REQUEST_BLOCKED', '活动未开始或已结束', '270079533'),
  not_cross_merchant: row(403, 'REQUEST_BLOCKED', '批次不支持跨商户发券', '270079508'),
  not_a_sender: row(403, 'REQUEST_BLOCKED', '商户无权发券', '270079509'),
  no_permission: row(403, 'REQUEST_BLOCKED', '调用商户无权限'),
  blocked_without_reason: row(403, 'REQUEST_BLOCKED', '请求被拦截'),
  stock_not_found: row(404, 'RESOURCE_NOT_EXISTS', '批次不存在', '270079488'),
  coupon_not_found: row(404, 'RESOURCE_NOT_EXISTS', '查询的资源不存在'),
  no_certificates: row(404, 'RESOURCE_NOT_EXISTS', '无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥'),
  order_not_found: row(404, 'ORDER_NOT_EXIST', '订单不存在', '268512771'),
  order_of_another_mchid: row(400, 'INVALID_REQUEST', '商户号和订单不匹配', '268447843'),
  order_of_another_sub_mchid: row(400, 'INVALID_REQUEST', '子商户号和订单不匹配', '268447845'),
  url_not_found: row(404, 'RESOURCE_NOT_EXISTS', '请求的资源不存在'),
  rate_limit_exceeded: row(429, 'RATELIMIT_EXCEEDED', '请求超过频率限制', '268461336'),
  frequency_limited: row(429, 'FREQUENCY_LIMITED', '请求过于频繁', '268461336'),
  frequency_limit_exceed: row(429, 'FREQUENCY_LIMIT_EXCEED', '接口限频', '268461336'),
  rate_limited: row(429, 'RATE_LIMITED', '请求过于频繁', '268461336'),
  system_error: row(500, 'SYSTEM_ERROR', '系统繁忙，请稍后重试', '272888874'),
  bad_gateway: row(502, 'SERVICE_UNAVAILABLE', '服务不可用'),
  service_unavailable: row(503, 'SERVICE_UNAVAILABLE', '服务不可用'),
  coupon_id_missing: row(400, 'PARAM_ERROR', '券id必填'),
  appid_missing: row(400, 'PARAM_ERROR', 'appid必填'),
  mchid_missing: row(400, 'PARAM_ERROR', '商户号必填'),
  openid_missing: row(400, 'PARAM_ERROR', 'openid必填'),
  openid_wrong: row(400, 'PARAM_ERROR', 'openid错误', '270079498'),
  page_too_big: row(400, 'PARAM_ERROR', '页大小超过阈值'),
  time_wrong: row(400, 'PARAM_ERROR', '输入时间格式错误'),
  wrong_status: row(400, 'PARAM_ERROR', '非法的批次状态'),
  callback_url_missing: row(400, 'PARAM_ERROR', '回调url不能为空'),
  callback_mchid_missing: row(400, 'PARAM_ERROR', '回调商户不能为空'),
  callback_permission: row(403, 'NO_AUTH', '请开通回调通知产品权限'),
  no_callback: row(404, 'RESOURCE_NOT_EXISTS', '回调地址不存在'),
  stock_differs: row(400, 'RESOURCE_ALREADY_EXISTS', '创建请求重入，但本次请求与上次请求信息不一致'),
  special_permission: row(403, 'NO_AUTH', '你配置的信息需要开通特殊权限'),
  budget_wrong: row(400, 'PARAM_ERROR', '批次预算等于批次面额乘以发券数'),
  stock_rules_wrong: row(400, 'INVALID_REQUEST', '批次发放规则或核销规则有误'),
  merchants_not_allowed: row(400, 'INVALID_REQUEST', '可用商户不符合规则'),
  balance_low: row(403, 'NOT_ENOUGH', '商户余额不足'),
  users_not_ready: row(403, 'RULE_LIMIT', '批次关联的用户包未导入完成'),
  system_failure: row(500, 'SYSTEM_ERROR', '系统异常,请稍后重试'),
  unknown_code: row(400, 'SOMETHING_NEW', '微信新增的错误'),
} satisfies Record<string, RefusalRow>

export type RefusalName = keyof typeof refusals

function row(status: number, code: string, message: string, subCode?: string): RefusalRow {
  return subCode === undefined ? { status, code, message } : { status, code, message, subCode }
}
