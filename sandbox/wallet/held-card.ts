/** A card of one of WeChat Pay's products in a member's wallet (docs/wechat/member-cards.md 2.3, 4). */
export type HeldCard = {
  cardId: string
  openid: string
  /** Missing until the merchant gives it, where the merchant gives the codes. */
  code?: string
  state: 'UNACTIVATED' | 'EFFECTIVE' | 'DELETE'
  pickedUpAt: string
  /** What the member said to WeChat alone, which is only ever sent sealed. */
  phone: string
  /** Whether WeChat tells of its activation by itself. */
  tells?: boolean
  /** Of membercard-open: base64 with + / =, as WeChat appends it to the landing page's address. */
  encryptCode: string
  activateTicket: string
}
