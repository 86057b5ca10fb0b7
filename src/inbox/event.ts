import { z } from 'zod'
import type { CardFacts } from '../cards/card-opening.ts'
import { parseJson } from '../plumbing/files/parse-json.ts'
import type { Payment, Refund } from '../payments/payment.ts'

/**
 * Ids are used in our keys, logs and addresses: only plain characters, and not longer than the longest id of WeChat's.
 */
const plainId = (maxLength: number) =>
  z.string().regex(new RegExp(`^[0-9A-Za-z_-]{1,${maxLength}}$`), 'letters, digits, _ and - only')
const printable = (maxLength: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${maxLength}}$`), 'printable ASCII only')
const label = z.string().max(64)
/** 1 thousand million yuan: far above any payment, and far below the largest exact number in JavaScript. */
const fen = z.int().min(0).max(100_000_000_000)
const time = z.iso.datetime({ offset: true, error: 'an RFC 3339 time with its offset' })
const openid = plainId(128)

const promotion = z.object({
  stock_id: label.optional(),
  coupon_id: label.optional(),
  amount: fen.optional(),
  type: label.optional(),
})

const envelope = {
  id: z.string().regex(/^\P{Cc}{1,200}$/u, 'up to 200 characters, none of control'),
  occurred_at: time,
}

const eventSchema = z.discriminatedUnion('type', [
  z.object({
    ...envelope,
    type: z.literal('card.opened'),
    data: z.object({ openid, card_id: plainId(64), card_code: plainId(64), channel: label.nullish() }),
  }),
  z.object({
    ...envelope,
    type: z.literal('payment.succeeded'),
    data: z.object({
      openid,
      transaction_id: plainId(64),
      out_trade_no: printable(64),
      mchid: z.string().regex(/^[0-9]{6,32}$/, 'a merchant number'),
      sub_mchid: z
        .string()
        .regex(/^[0-9]{6,32}$/, 'a merchant number')
        .nullish(),
      total: fen,
      payer_total: fen,
      promotions: z.array(promotion).max(50).nullish(),
      goods_tag: label.nullish(),
      paid_at: time,
    }),
  }),
  z.object({
    ...envelope,
    type: z.literal('payment.refunded'),
    data: z.object({
      transaction_id: plainId(64),
      refund_id: printable(64),
      refund: fen,
      payer_refund: fen.nullish(),
      refunded_at: time,
    }),
  }),
])

/** A message of the merchant's own systems (docs/merchant/events-api.md). It is signed, so it counts as proven. */
export type MerchantEvent = z.infer<typeof eventSchema>

export type ReadEvent = { ok: true; event: MerchantEvent } | { ok: false; field: string; error: string }

/** Reads a body; for a wrong one, returns the first field that is wrong, such as `data.openid`. */
export function readEvent(body: string): ReadEvent {
  const parsed = eventSchema.safeParse(parseJson(body))
  if (parsed.success) return { ok: true, event: parsed.data }
  const issue = parsed.error.issues[0]
  return { ok: false, field: issue?.path.join('.') || 'body', error: issue?.message ?? 'not an event' }
}

type OpenedEvent = Extract<MerchantEvent, { type: 'card.opened' }>
type PaidEvent = Extract<MerchantEvent, { type: 'payment.succeeded' }>
type RefundedEvent = Extract<MerchantEvent, { type: 'payment.refunded' }>

/** The merchant confirms that the card was opened at `occurred_at` and has been active since then. */
export function openingOfEvent({ data, occurred_at }: OpenedEvent): CardFacts {
  const at = new Date(occurred_at)
  return {
    source: 'event',
    cardId: data.card_id,
    cardCode: data.card_code,
    openid: data.openid,
    vouchedAt: at,
    activeAt: at,
    channel: data.channel ?? undefined,
  }
}

export function paymentOfEvent({ data }: PaidEvent): Payment {
  return {
    transactionId: data.transaction_id,
    outTradeNo: data.out_trade_no,
    mchid: data.mchid,
    subMchid: data.sub_mchid ?? undefined,
    openid: data.openid,
    total: data.total,
    payerTotal: data.payer_total,
    promotions: data.promotions ?? [],
    goodsTag: data.goods_tag ?? undefined,
    paidAt: new Date(data.paid_at),
    source: 'event',
  }
}

export function refundOfEvent({ data }: RefundedEvent): Refund {
  return {
    transactionId: data.transaction_id,
    refundId: data.refund_id,
    refund: data.refund,
    payerRefund: data.payer_refund ?? undefined,
    refundedAt: new Date(data.refunded_at),
  }
}
