import type { OfficialAccount } from '../../merchants/merchant.ts'
import { MessageFault, type PushKeys } from '../../wechat/official/message-push.ts'

/** The keys that open the account's pushes. Throws `MessageFault` when the merchant file has none. */
export function pushKeysOf(account: OfficialAccount): PushKeys {
  const { appid, messageToken: token, encodingAesKey: key, previousEncodingAesKey: previousKey } = account
  if (!token || !key) throw new MessageFault('this merchant has no message_token or encoding_aes_key')
  return { appid, token, key, previousKey }
}
