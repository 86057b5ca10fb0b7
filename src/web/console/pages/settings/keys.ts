import { numbersOf } from '../../../../onboarding/numbers.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { interfaceTabs, settingsPaths } from './settings-paths.ts'

/** What the test of the keys has proven, by the way in which WeChat's answers are verified. */
const proven: Record<string, string> = {
  certificates: '微信接受了一次签名请求：商户号、证书序列号、私钥和服务器时间都对；APIv3 密钥解开了微信的平台证书。',
  public_key:
    '微信接受了一次签名请求：商户号、证书序列号、私钥和服务器时间都对；微信支付公钥验过了微信的回答。APIv3 密钥在收到第一条支付通知时才用到，请再核对一遍。',
}

/** `GET …/settings/keys`: the merchant's numbers and until when their keys hold; never a secret. */
export const show: Handler<MerchantState> = async (ctx) => {
  const { services, merchant } = ctx.state
  const at = settingsPaths(merchant)
  const numbers = await numbersOf(services, merchant)
  const lines = numbers.map((line) => ({ ...line, href: `${at.keysNew}?mchid=${line.mchid}` }))
  const hasSender = numbers.some(({ role, hasKeys }) => role === 'sender' && hasKeys)
  render(ctx, 'settings-keys', { at, lines, hasSender, done: doneOf(ctx), ...interfaceTabs(merchant, at.keys) })
}

function doneOf({ query }: Context): { mchid: string; words: string } | undefined {
  const { done, mchid } = query
  const words = typeof done === 'string' && Object.hasOwn(proven, done) ? proven[done] : undefined
  return words && typeof mchid === 'string' && /^\d{6,32}$/.test(mchid) ? { mchid, words } : undefined
}
