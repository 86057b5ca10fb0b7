import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import { Unusable } from '../../plumbing/unusable.ts'
import type { Services } from '../../services.ts'
import { noteAct } from '../../stocks/provider/acts.ts'
import { askUntilKnown } from '../../stocks/provider/ask-until-known.ts'
import { takeableAddress } from '../../stocks/provider/our-address.ts'
import { refusalSentence, unknownSentence } from '../../stocks/provider/refusals.ts'
import { addressOf, type NoticeAddress, saysNone, subjectOf } from './notice-address.ts'
import { noticeBoxOf } from './notice-box.ts'

const act = 'set_card_notices'

/** Reads to which address WeChat tells of a card's members. Throws `Unusable` when WeChat refuses or does not answer. */
export async function noticeAddress(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
): Promise<NoticeAddress> {
  const box = noticeBoxOf(services, merchant, product)
  const known = await askUntilKnown(services, (limits) => box.read(limits))
  if (known.kind === 'ok') return addressOf(services, product, box, known.body.notify_url ?? null)
  if (known.kind === 'unknown') throw new Unusable([unknownSentence('an address is set', known)])
  if (saysNone(product, known.reply)) return addressOf(services, product, box, null)
  throw new Unusable([refusalSentence(act, known.reply)])
}

/**
 * Sets our address, unless it is set, and reads it again. Throws `Unusable` that names the address of another system,
 * which is replaced only with `replace`.
 */
export async function setOurNoticeAddress(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  { replace, by }: { replace: boolean; by: string },
): Promise<NoticeAddress> {
  const before = await noticeAddress(services, merchant, product)
  // Where WeChat does not tell, somebody else may have set another since.
  if (before.isOurs && before.set !== null) return before
  if (before.set !== null && !replace)
    throw new Unusable([
      `WeChat tells of its members to ${before.set}, which would hear nothing any more: replace it with --replace, and let that system be told by us`,
    ])
  const { caller, ours, ...box } = noticeBoxOf(services, merchant, product)
  takeableAddress(services.config, ours)
  const known = await askUntilKnown(services, (limits) => box.write(limits))
  const after = await box.read()
  const told =
    after.kind === 'ok'
      ? await addressOf(services, product, { caller, ours }, after.body.notify_url ?? null)
      : undefined
  // What is read decides; where WeChat does not say what is set, its yes does.
  const isSet = told?.set ? told.isOurs : known.kind === 'ok'
  const written = {
    merchantId: merchant.id,
    creatorMchid: caller,
    act,
    subject: subjectOf(product.cardId, ours),
    by,
  } as const
  await noteAct(services, written, known, isSet ? 'done' : undefined)
  if (isSet) return { ...before, set: told?.set ?? null, isOurs: true }
  if (known.kind === 'refused') throw new Unusable([refusalSentence(act, known.reply)])
  if (known.kind === 'unknown') throw new Unusable([unknownSentence('the address was set', known)])
  throw new Unusable([`WeChat took our address and still names ${told!.set}: look again later`])
}
