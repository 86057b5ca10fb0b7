import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { readTemplate, setTemplateAddress } from '../../wechat/brand-cards/calls.ts'
import { readOpenCallback, setOpenCallback } from '../../wechat/membercard-open/calls.ts'
import type { PayReply } from '../../wechat/pay/types.ts'
import { brandCaller } from './brand-driver.ts'
import { openCardClient } from './open-driver.ts'
import { inTurn } from './turns.ts'

type Limits = { timeoutMs?: number; backup?: boolean }

/**
 * Where WeChat keeps the address to which it tells of a card's members: at the card, or at the number that made it, for
 * all of its cards (docs/wechat/member-cards.md 1.2).
 */
export type NoticeBox = {
  /** The number, or the brand, whose keys sign. */
  caller: string
  /** What is to stand in it. */
  ours: string
  read(limits?: Limits): Promise<PayReply<{ notify_url?: string | undefined }>>
  /** Puts our address in. */
  write(limits?: Limits): Promise<PayReply<unknown>>
}

export function noticeBoxOf(services: Services, merchant: Merchant, product: CardProduct): NoticeBox {
  const base = `${services.config.publicUrl}/notify/${merchant.slug}`
  const { cardId } = product
  if (product.kind === 'membercard_open') {
    const client = openCardClient(services, merchant, product)
    const ours = `${base}/pay/${client.mchid}`
    return {
      caller: client.mchid,
      ours,
      read: (limits) => inTurn(services, client, () => readOpenCallback(client, limits)),
      write: (limits) => inTurn(services, client, () => setOpenCallback(client, { notifyUrl: ours, ...limits })),
    }
  }
  const caller = brandCaller(services, merchant, product)
  const { client } = caller
  const ours = `${base}/${caller.by === 'brand' ? 'brand' : 'pay'}/${client.mchid}`
  return {
    caller: client.mchid,
    ours,
    read: (limits) => inTurn(services, client, () => readTemplate(caller, cardId, limits)),
    write: (limits) =>
      inTurn(services, client, () => setTemplateAddress(caller, { cardId, notifyUrl: ours, ...limits })),
  }
}
