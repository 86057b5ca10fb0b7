/** A member card in a member's card wallet (docs/wechat/official-account.md 5). */
export type UserCard = {
  appid: string
  cardId: string
  code: string
  openid: string
  /** base64 with + / =, as WeChat appends it to the landing page's address. */
  encryptCode: string
  activateTicket: string
  outerStr: string
  status: 'NORMAL' | 'DELETE' | 'UNAVAILABLE'
  hasActive: boolean
  /** Whether WeChat's answer has has_active: for cards that activate automatically it may be missing. */
  tellsActive: boolean
  /** Whether the member submitted WeChat's form: before that, no ticket is valid. */
  formFilled: boolean
  membershipNumber: string
  openedAt: string
}
