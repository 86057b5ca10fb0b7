import { constants, publicEncrypt } from 'node:crypto'
import type { SandboxState } from '../state.ts'
import { wechatTime } from '../wechat-time.ts'
import type { WorldAccount, WorldCardProduct } from '../world.ts'
import type { HeldCard } from './held-card.ts'

/** Sealed with the key of the caller's own certificate (docs/wechat/member-cards.md 1.1). */
export function sealed(state: SandboxState, { certificates }: WorldAccount, text: string): string {
  const key = state.publicKey(certificates.at(-1)!.certificate)
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  return publicEncrypt({ key, padding, oaepHash: 'sha1' }, Buffer.from(text)).toString('base64')
}

/** A UserCard, as calls answer and notices carry it; the two have different words for its state. */
export function userCardBody(
  state: SandboxState,
  { account, product, words }: { account: WorldAccount; product: WorldCardProduct; words: 'call' | 'notice' },
  card: HeldCard,
): object {
  return {
    ...(card.code !== undefined && { user_card_code: card.code }),
    card_id: card.cardId,
    brand_id: product.brandId,
    openid: card.openid,
    card_type: 'NORMAL',
    pickup_time: wechatTime(new Date(card.pickedUpAt)),
    create_time: wechatTime(new Date(card.pickedUpAt)),
    modify_time: wechatTime(state.clock.now()),
    phone_number: sealed(state, account, card.phone),
    user_information: { common_field_list: [{ name: 'USER_FORM_FLAG_NAME', value: sealed(state, account, '李雷') }] },
    user_card_state: stateWords[words][card.state],
  }
}

const stateWords = {
  call: { UNACTIVATED: 'UNACTIVATED', EFFECTIVE: 'EFFECTIVE', DELETE: 'INVALID' },
  notice: { UNACTIVATED: 'NOT_EFFECTIVE', EFFECTIVE: 'EFFECTIVE', DELETE: 'DELETE' },
}
