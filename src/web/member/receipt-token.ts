import type { Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { openSignedText, signText } from '../shell/signed-text.ts'

/** A member looks at the receipt for a moment after paying; WeChat keeps the addresses to which receipts lead. */
const lifeMs = 15 * 60_000

/** A text for an address that opens the page after paying for this one payment, and only for a while. */
export function receiptToken({ config, clock }: Services, merchant: Merchant, transactionId: string): string {
  const ends = (clock.now().getTime() + lifeMs).toString(36)
  return signText(config.cookieKeys, labelOf(merchant), `${ends}.${transactionId}`)
}

/** The transaction of a token; undefined when it is over, another merchant's or not ours. It proves no member. */
export function openReceiptToken(services: Services, merchant: Merchant, token: unknown): string | undefined {
  const text = typeof token === 'string' ? openSignedText(services, labelOf(merchant), token) : undefined
  const [ends = '', transactionId] = text?.split('.') ?? []
  return parseInt(ends, 36) > services.clock.now().getTime() ? transactionId : undefined
}

function labelOf({ slug, officialAccount }: Merchant): string {
  return `receipt/${slug}/${officialAccount.appid}`
}
