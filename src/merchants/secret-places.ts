export const merchantSecrets = [
  'app_secret',
  'message_token',
  'encoding_aes_key',
  'previous_encoding_aes_key',
  'events_secret',
] as const

/** `member_key` is in no file: it is made once and kept for ever. */
export type MerchantSecret = (typeof merchantSecrets)[number] | 'member_key'

export const accountSecrets = ['private_key', 'api_v3_key', 'api_v2_key'] as const
/** `former_api_v3_key` is in no file: it is the one of before, kept for a while (`former_keys`). */
export type AccountSecret = (typeof accountSecrets)[number] | 'former_api_v3_key'

export const cardSecrets = ['private_key', 'api_key'] as const
export type CardSecret = (typeof cardSecrets)[number]

/** Where a merchant's secret is kept; its sealed text opens in no other place. */
export function merchantPlace(slug: string, name: MerchantSecret): string {
  return `merchants/${slug}/${name}`
}

export function accountPlace(slug: string, mchid: string, name: AccountSecret): string {
  return `accounts/${slug}/${mchid}/${name}`
}

export function cardPlace(slug: string, cardId: string, name: CardSecret): string {
  return `cards/${slug}/${cardId}/${name}`
}
