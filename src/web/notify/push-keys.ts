import type { OfficialAccount } from '../../merchants/merchant.ts'
import { MessageFault, type PushKeys } from '../../wechat/official/message-push.ts'

/** What opens the account's pushes. Throws `MessageFault` where the merchant gave none. */
export function pushKeysOf(account: OfficialAccount): PushKeys {
  const { appid, messageToken: token, encodingAesKey: key, previousEncodingAesKey: previousKey } = account
  if (!token || !key) throw new MessageFault('this merchant has no message_token or encoding_aes_key')
  return { appid, token, key, previousKey }
}
