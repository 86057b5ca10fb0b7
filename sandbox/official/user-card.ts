/** A member card in a member's card wallet (docs/wechat/official-account.md 5). */
export type UserCard = {
  appid: string
  cardId: string
  code: string
  openid: string
  /** base64 with + / =, as WeChat appends it to the landing address. */
  encryptCode: string
  activateTicket: string
  outerStr: string
  status: 'NORMAL' | 'DELETE' | 'UNAVAILABLE'
  hasActive: boolean
  /** Whether WeChat tells has_active: of cards that open by themselves it may leave it out. */
  tellsActive: boolean
  /** Whether the member sent WeChat's form: until then no ticket opens anything. */
  formFilled: boolean
  membershipNumber: string
  openedAt: string
}
