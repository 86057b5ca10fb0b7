/** What the doctor can find of a provider; see findings.ts. */
export const providerFindings = {
  provider_appid_bound: {
    check: 'provider_appid',
    ok: true,
    message: '服务商 AppID {appid} 已关联服务商商户号 {mchid}',
    cure: '',
  },
  provider_appid_not_bound: {
    check: 'provider_appid',
    ok: false,
    message: '服务商 AppID {appid} 没有关联服务商商户号 {mchid}（APPID_MCHID_NOT_MATCH）',
    cure: '服务商在「服务商平台 · 产品中心 · AppID账号管理 · 关联AppID」发起关联，并在该 AppID 的后台确认',
  },
  provider_appid_unknown: {
    check: 'provider_appid',
    ok: false,
    message: '未能检查服务商 AppID {appid} 与服务商商户号 {mchid} 的关联（{said}）',
    cure: '先核对商户文件中服务商商户号的密钥，或解决网络问题，再检查一次',
  },
} as const
