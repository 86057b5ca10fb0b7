import { createHmac } from 'node:crypto'
import type { Merchant } from '../../merchants/merchant.ts'

const digits = 20

/**
 * The code that we give to a card where the merchant gives the codes. It is made of the joining alone, so that two
 * processes that confirm it at the same time give the same one, and nobody can guess another member's.
 */
export function ownCode(
  { memberKey }: Pick<Merchant, 'memberKey'>,
  joining: { cardId: string; openid: string; pickedUpAt: Date },
): string {
  const { cardId, openid, pickedUpAt } = joining
  const mac = createHmac('sha256', memberKey.reveal()).update(`card ${cardId} ${openid} ${pickedUpAt.toISOString()}`)
  return (BigInt(`0x${mac.digest('hex')}`) % 10n ** BigInt(digits)).toString().padStart(digits, '0')
}
