/** A member card in a member's card wallet (wechat/official-account.md 5). */
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
  membershipNumber: string
  openedAt: string
}
