import type { SandboxState } from '../state.ts'
import type { WorldAccount } from '../world.ts'
import { providerAppid } from '../provider-appid.ts'
import { accountAt, providerAt } from './look-up.ts'
import { PlatformRefusal } from './platform-refusal.ts'

/** AppID账号管理 of a provider: its own appid is of the same company, so nobody needs to confirm it. */
export function linkOwnAppid(state: SandboxState, input: { mchid: string }): WorldAccount {
  const account = providerAt(state, input.mchid)
  link(account, providerAppid(account.mchid))
  return account
}

/** AppID账号管理 of a merchant: asks to link an appid, which its owner then has to confirm. */
export function askAppid(state: SandboxState, input: { mchid: string; appid: string }): WorldAccount {
  const account = accountAt(state, input.mchid)
  const appid = input.appid.trim()
  const isKnown = state.world.merchants.some((each) => each.officialAccount.appid === appid)
  if (!isKnown) throw new PlatformRefusal('没有这个 AppID')
  if (account.appids.includes(appid)) throw new PlatformRefusal('这个 AppID 已经关联')
  const asked = account.askedAppids ?? []
  if (!asked.includes(appid)) account.askedAppids = [...asked, appid]
  return account
}

/** 公众号后台 · 广告与服务 · 微信支付 · 待关联商户号: the Official Account's owner confirms, or refuses. */
export function answerAppid(
  state: SandboxState,
  input: { mchid: string; appid: string; answer: string },
): WorldAccount {
  const account = accountAt(state, input.mchid)
  if (!account.askedAppids?.includes(input.appid)) throw new PlatformRefusal('没有待关联的商户号：请商户先发起关联')
  account.askedAppids = account.askedAppids.filter((appid) => appid !== input.appid)
  if (input.answer === 'confirm') link(account, input.appid)
  return account
}

function link(account: WorldAccount, appid: string): void {
  if (!account.appids.includes(appid)) account.appids.push(appid)
}
