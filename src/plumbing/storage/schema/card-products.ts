import type { Generated } from 'kysely'
import type { Time } from './column.ts'

/** The member cards of WeChat Pay: for a provider, for a brand with keys of its own, and the older one. */
export type CardKind = 'brand_partner' | 'brand' | 'membercard_open'

/** Who tells WeChat that a member has joined: we, or the merchant's own member system. */
export type CardConfirm = 'us' | 'crm'

/** Who gives the code of a card: WeChat, or the merchant with the confirmation. */
export type CardCodeMode = 'system' | 'merchant'

/** A card that the merchant file connects. */
export type CardProductsTable = {
  id: Generated<number>
  merchant_id: number
  card_id: string
  kind: CardKind
  /** The number that signs for it; null for a brand. */
  mchid: string | null
  /** null for `membercard_open`. */
  brand_id: string | null
  confirm: CardConfirm
  code_mode: CardCodeMode
  /** The brand's own certificate and keys. */
  serial_no: string | null
  private_key_sealed: string | null
  api_key_sealed: string | null
  public_key_id: string | null
  public_key: string | null
  updated_at: Time
}

export type JoinState = 'open' | 'in_force' | 'existing' | 'refused' | 'given_up'

/** One joining of a member, from WeChat's notice to a card in force. */
export type CardJoinsTable = {
  id: Generated<number>
  merchant_id: number
  card_id: string
  openid: string
  /** When the member took the card, by WeChat. */
  picked_up_at: Time
  card_code: string | null
  /** In force when it was first told of: nobody confirmed it, so it came by an order or an import. */
  told_in_force: boolean
  state: JoinState
  first_seen_at: Time
  settled_at: Time | null
  note: string | null
}
