import type { Person } from '../../operators/rights/person.ts'
import { Secret } from '../../plumbing/secrets/secret.ts'
import { askStableToken } from '../../wechat/official/access-token.ts'
import { errcodeOf } from '../../wechat/official/errcodes.ts'
import { officialAccountCalls } from '../../wechat/wall-kinds.ts'
import type { Merchant } from '../merchant.ts'
import { probeSoon } from '../probe-soon.ts'
import { wrongField } from './field-words.ts'
import { replaceSecretsFor } from './merchant-secrets.ts'
import { type Parts, requireMayManage } from './parts.ts'
import { refuseIfWrong, type WrongField } from './wrong-fields.ts'

/**
 * Asks WeChat for a token with this AppSecret, and only then puts it in the place of the old one. An empty one tests that
 * which is stored. Throws `Declined`, and `WrongFields` with the cause and the cure; then nothing was changed.
 */
export async function replaceAppSecretFor(
  services: Parts,
  person: Person,
  merchant: Merchant,
  given: string,
): Promise<void> {
  requireMayManage(services, person, merchant)
  if (given !== '') refuseIfWrong(wrongField('app_secret', given))
  const { appid, appSecret } = merchant.officialAccount
  refuseIfWrong(await tokenFaults(services, merchant.slug, { appid, appSecret: given ? new Secret(given) : appSecret }))
  if (given === '') return
  await replaceSecretsFor(services, person, merchant, { given: { app_secret: given }, act: 'app_secret_replaced' })
  await probeSoon(services.db, merchant.id, services.clock.now())
}

async function tokenFaults(
  { config, walls }: Parts,
  slug: string,
  account: { appid: string; appSecret: Secret },
): Promise<WrongField[]> {
  const wall = walls.of(officialAccountCalls, slug)
  const { body, word } = await askStableToken(account, { apiUrl: config.wechat.apiUrl, wall })
  if (!body) return [{ name: '', text: `现在问不到微信（${word}），没有测试成：请稍后再试` }]
  const errcode = errcodeOf(body)
  if (errcode === 0 && typeof body.access_token === 'string') return []
  return [wrongSecret(errcode, account.appid, String(body.errmsg ?? ''))]
}

/** By WeChat's code (docs/wechat/official-account.md 1.4, 2). */
function wrongSecret(errcode: number, appid: string, errmsg: string): WrongField {
  if (errcode === 40125 || errcode === 40001)
    return { name: 'app_secret', text: 'AppSecret 不对：请在公众号后台「设置与开发 · 基本配置」核对，重置后旧的就失效' }
  if (errcode === 40013) return { name: '', text: `微信不认识 AppID ${appid}：请核对公众号` }
  if (errcode === 40164 || errcode === 61004) {
    const [ip] = /\d{1,3}(\.\d{1,3}){3}/.exec(errmsg) ?? []
    const text = `AppSecret 没有问题，但服务器的地址${ip ? ` ${ip} ` : ''}不在 IP 白名单里：请在公众号后台「设置与开发 · 基本配置 · IP白名单」加上，几分钟后再测试`
    return { name: '', text }
  }
  if (errcode === 40243) return { name: 'app_secret', text: 'AppSecret 已被冻结：请在公众号后台解冻后再测试' }
  if (errcode === -1 || errcode === 45009 || errcode === 45011)
    return { name: '', text: `微信正忙（${errcode}），没有测试成：请稍后再试` }
  return { name: '', text: `微信没有接受（错误码 ${errcode}）：请核对公众号的 AppID 和 AppSecret` }
}
