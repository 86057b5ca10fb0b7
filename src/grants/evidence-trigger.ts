import type { Db } from '../plumbing/storage/database.ts'

export type EvidenceTrigger = NonNullable<Awaited<ReturnType<typeof triggerOf>>>

/** Why the member was given something: the campaign, and the payment or the card that earned it. */
export async function triggerOf(db: Db, grantId: string) {
  const grant = await db
    .selectFrom('grants as g')
    .innerJoin('campaigns as c', 'c.id', 'g.campaign_id')
    .innerJoin('merchants as m', 'm.id', 'g.merchant_id')
    .select(['g.id', 'g.merchant_id', 'g.openid', 'g.tier', 'g.transaction_id', 'g.earned_at', 'g.refunded_at'])
    .select(['g.created_at', 'c.slug as campaign', 'c.title', 'c.kind', 'c.card_ids', 'm.slug as merchant', 'm.appid'])
    .where('g.id', '=', grantId)
    .executeTakeFirst()
  if (!grant) return undefined
  const { merchant_id, openid, transaction_id, kind } = grant
  const payment =
    transaction_id === null
      ? undefined
      : await db
          .selectFrom('payments')
          .select(['transaction_id', 'out_trade_no', 'mchid', 'sub_mchid', 'total', 'payer_total', 'settlement'])
          .select(['promotions', 'goods_tag', 'paid_at', 'source'])
          .where('merchant_id', '=', merchant_id)
          .where('transaction_id', '=', transaction_id)
          .executeTakeFirst()
  const refunds =
    transaction_id === null
      ? []
      : await db
          .selectFrom('refunds')
          .select(['names', 'refund', 'payer_refund', 'refunded_at'])
          .where('merchant_id', '=', merchant_id)
          .where('transaction_id', '=', transaction_id)
          .orderBy('refunded_at')
          .execute()
  const cards = kind === 'card_open' ? await cardsOf(db, merchant_id, openid, grant.card_ids) : []
  const { merchant_id: _merchant, card_ids: _cards, ...shown } = grant
  return { grant: shown, merchantId: merchant_id, payment, refunds, cards }
}

function cardsOf(db: Db, merchantId: number, openid: string, cardIds: string[]) {
  return db
    .selectFrom('card_openings')
    .select([
      'card_id',
      'card_code',
      'source',
      'channel',
      'taken_at',
      'vouched_at',
      'activated_at',
      'active_at',
      'gifted',
    ])
    .where('merchant_id', '=', merchantId)
    .where('openid', '=', openid)
    .$if(cardIds.length > 0, (query) => query.where('card_id', 'in', cardIds))
    .orderBy('id')
    .execute()
}

/** The same in one Chinese sentence. */
export function triggerWords({ grant, payment, cards }: EvidenceTrigger): string {
  if (payment) return `会员支付订单 ${payment.transaction_id}（商户单号 ${payment.out_trade_no}）后获得`
  if (grant.transaction_id !== null) return `会员支付订单 ${grant.transaction_id} 后获得`
  if (grant.kind === 'card_open') return `会员开卡后获得${cards[0] ? `（会员卡 ${cards[0].card_id}）` : ''}`
  return '会员在活动页面点击领取'
}
