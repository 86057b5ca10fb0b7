import { namedCards } from '../cards/products/connected.ts'
import { lookAtNotices } from '../cards/products/notice-address.ts'
import { templateFits, otherAppid } from '../cards/products/template-fits.ts'
import { daysBefore } from '../plumbing/clock.ts'
import { eachByItself } from '../plumbing/each-by-itself.ts'
import type { CardProduct, Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { finding, type Finding } from './findings.ts'

/** A joining that is open for longer is no longer on its way: WeChat's notice and answer take seconds. */
const onItsWayMs = 10 * 60_000
/** What went wrong longer ago is known by now. */
const lookedBackDays = 30

/** For each card of WeChat Pay that is named: whether WeChat answers about it, and whether its openids can be sent coupons. */
export async function checkCardProducts(services: Services, merchant: Merchant): Promise<Finding[]> {
  if (merchant.cards.length === 0) return []
  const findings = await eachByItself(namedCards(merchant), (product) => checkProduct(services, merchant, product))
  return [...findings.flat(), ...(await checkJoins(services, merchant))]
}

async function checkProduct(services: Services, merchant: Merchant, product: CardProduct): Promise<Finding[]> {
  const { cardId: card } = product
  const fits = await templateFits(services, merchant, product)
  if (fits === 'fits') {
    const notices = canSign(merchant, product) ? [await checkNotices(services, merchant, product)] : []
    return [finding('card_product_answers', { card }), ...notices]
  }
  if (fits === 'later') return [finding('card_product_silent', { card })]
  if (fits.refused === otherAppid) return [finding('card_product_other_appid', { card })]
  return [finding('card_product_refused', { card, said: fits.refused })]
}

/** That a card fits is known for an hour, its number's keys may be gone meanwhile. */
function canSign({ accounts }: Merchant, { kind, mchid }: CardProduct): boolean {
  return kind === 'brand' || accounts.some((account) => account.mchid === mchid && account.keys !== undefined)
}

/** Whether WeChat tells us of the card's members; where the merchant's own system confirms them, it may be the one told. */
async function checkNotices(services: Services, merchant: Merchant, product: CardProduct): Promise<Finding> {
  const [{ cardId: card, confirm }, { slug }] = [product, merchant]
  const told = await lookAtNotices(services, merchant, product)
  if (!('isOurs' in told)) {
    const said = told.kind === 'refusal' ? `${told.status} ${told.code} ${told.message}` : told.word
    return finding('card_notices_unasked', { slug, card, said })
  }
  const { set, ours, isOurs } = told
  if (isOurs) return finding('card_notices_ours', { card })
  if (set === null) return finding('card_notices_unset', { slug, card, ours })
  return finding(confirm === 'crm' ? 'card_notices_at_crm' : 'card_notices_elsewhere', { slug, card, set, ours })
}

async function checkJoins({ db, clock }: Services, merchant: Merchant): Promise<Finding[]> {
  const now = clock.now()
  const stuck = await db
    .selectFrom('card_joins')
    .select('note')
    .where('merchant_id', '=', merchant.id)
    .where('state', 'in', ['open', 'refused', 'given_up'])
    .where('first_seen_at', '<', new Date(now.getTime() - onItsWayMs))
    .where('first_seen_at', '>', daysBefore(now, lookedBackDays))
    .orderBy('first_seen_at', 'desc')
    .limit(1_000)
    .execute()
  if (stuck.length === 0) return []
  const said = stuck.find(({ note }) => note)?.note ?? '微信还没有应答'
  return [finding('card_joins_stuck', { stuck: stuck.length, said })]
}
