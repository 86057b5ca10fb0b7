import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import type { PayReply, RefusalReply } from '../../wechat/pay/types.ts'
import { type NoticeBox, noticeBoxOf } from './notice-box.ts'

/** To which address WeChat tells of a card's members, and which is ours. `set` is null where WeChat names none. */
export type NoticeAddress = { cardId: string; caller: string; set: string | null; ours: string; isOurs: boolean }

/** What a card's box has, asked once: for the doctor. */
export async function lookAtNotices(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
): Promise<NoticeAddress | Exclude<PayReply<unknown>, { kind: 'ok' }>> {
  const box = noticeBoxOf(services, merchant, product)
  const reply = await box.read()
  if (reply.kind === 'ok') return addressOf(services, product, box, reply.body.notify_url ?? null)
  if (reply.kind === 'refusal' && reply.proven && saysNone(product, reply))
    return addressOf(services, product, box, null)
  return reply
}

/** Of the number that made the older cards a 404 is no address; of a brand's card it is no such card. */
export function saysNone({ kind }: CardProduct, { status }: RefusalReply): boolean {
  return kind === 'membercard_open' && status === 404
}

export async function addressOf(
  services: Services,
  { cardId, kind }: CardProduct,
  { caller, ours }: Pick<NoticeBox, 'caller' | 'ours'>,
  set: string | null,
): Promise<NoticeAddress> {
  // WeChat may not tell the address of a brand's card: then what it took from us last is what it has.
  const untold = set === null && kind !== 'membercard_open'
  const isOurs = untold ? await tookLast(services, { caller, subject: subjectOf(cardId, ours) }) : isSame(set, ours)
  return { cardId, caller, set, ours, isOurs }
}

/** What is written of the act: the card and the address. */
export function subjectOf(cardId: string, ours: string): string {
  return `${cardId} ${ours}`
}

function isSame(set: string | null, ours: string): boolean {
  return set !== null && URL.canParse(set) && new URL(set).href === new URL(ours).href
}

async function tookLast({ db }: Services, { caller, subject }: { caller: string; subject: string }): Promise<boolean> {
  const row = await db
    .selectFrom('provider_acts')
    .select('id')
    .where('act', '=', 'set_card_notices')
    .where('creator_mchid', '=', caller)
    .where('subject', '=', subject)
    .where('outcome', '=', 'done')
    .executeTakeFirst()
  return row !== undefined
}
