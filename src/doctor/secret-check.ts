import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { openAccessTokens } from '../wechat/official/access-token.ts'
import { officialAccountCalls } from '../wechat/wall-kinds.ts'
import { finding, type Finding } from './findings.ts'

/** Appid and AppSecret are right, and this machine's address is allowed, when WeChat gives a token for them. */
export async function checkSecret({ config, walls, clock }: Services, merchant: Merchant): Promise<Finding> {
  const { appid, appSecret } = merchant.officialAccount
  const url = config.wechat.apiUrl
  const wall = walls.of(officialAccountCalls, merchant.slug)
  const reply = await openAccessTokens({ appid, appSecret }, { apiUrl: url, wall, clock }).take()
  if (reply.kind === 'ok') return finding('secret_right', { appid })
  if (reply.kind === 'later') return finding('secret_unknown', { appid, url, word: reply.word })
  return finding('secret_wrong', { appid, errcode: reply.errcode })
}
