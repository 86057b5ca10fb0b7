import { sql } from 'kysely'
import { mayAsk } from '../members/asks-of-member.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { AskedOrdersTable } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import { canAsk, type OrderName } from './ask-wechat.ts'
import type { Payment } from './payment.ts'

type Parts = Pick<Services, 'db' | 'clock'>

/** A notification usually comes within seconds of the payment. */
const firstPauseMs = 60_000

/** Order numbers in addresses can be made up: beyond so many open ones of a merchant no page adds another. */
const mostOfPages = 500

/**
 * Keeps an order that a member's page asked about and that is not known to be paid, so that WeChat is asked again by
 * itself. Of one member only some each day: nobody takes the room of all.
 */
export async function noteAskedByPage(
  { db, clock, cache }: Parts & Pick<Services, 'cache'>,
  merchant: Merchant,
  openid: string,
  name: OrderName,
): Promise<void> {
  const isKept = await db
    .selectFrom('asked_orders')
    .select('id')
    .where('merchant_id', '=', merchant.id)
    .where('named_by', '=', name.by)
    .where('name', '=', name.value)
    .executeTakeFirst()
  if (isKept || !(await mayAsk(cache, 'kept_order', merchant, openid))) return
  const now = clock.now()
  const due = new Date(now.getTime() + firstPauseMs)
  await sql`
    insert into asked_orders (merchant_id, named_by, name, told_by, first_at, due_at)
    select ${merchant.id}, ${name.by}, ${name.value}, 'page', ${now}, ${due}
    where (select count(*) from (select 1 from asked_orders
      where merchant_id = ${merchant.id} and told_by = 'page' and ended_at is null limit ${mostOfPages}) open
    ) < ${mostOfPages}
    on conflict (merchant_id, named_by, name) do nothing`.execute(db)
}

/**
 * Keeps a payment that only the merchant's own systems have told of, so that WeChat is asked about it by itself. Not if
 * no number of the merchant has the keys to ask.
 */
export async function noteToldByEvent({ db, clock }: Parts, merchant: Merchant, payment: Payment): Promise<void> {
  if (!canAsk(merchant, payment)) return
  const unconfirmed = await db
    .selectFrom('payments')
    .select('id')
    .where('merchant_id', '=', merchant.id)
    .where('transaction_id', '=', payment.transactionId)
    .where('source', '=', 'event')
    .where('confirmed_at', 'is', null)
    .executeTakeFirst()
  if (!unconfirmed) return
  const now = clock.now()
  await db
    .insertInto('asked_orders')
    .values({
      merchant_id: merchant.id,
      named_by: 'transaction_id',
      name: payment.transactionId,
      told_by: 'event',
      first_at: now,
      due_at: new Date(now.getTime() + firstPauseMs),
    })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'named_by', 'name']).doNothing())
    .execute()
}

export type Answered = { outcome: NonNullable<AskedOrdersTable['outcome']>; transactionIds?: string[]; answer?: string }

/** Keeps how the asking about an order ended, and which payments it turned out to be. */
export async function noteAnswered(
  { db, clock }: Parts,
  merchant: { id: number },
  name: OrderName,
  { outcome, transactionIds = [], answer }: Answered,
): Promise<void> {
  const now = clock.now()
  const ended = { outcome, ended_at: now, last_answer: answer ?? null, transaction_ids: transactionIds }
  await db
    .insertInto('asked_orders')
    .values({
      merchant_id: merchant.id,
      named_by: name.by,
      name: name.value,
      told_by: 'page',
      first_at: now,
      due_at: now,
      ...ended,
    })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'named_by', 'name']).doUpdateSet(ended))
    .execute()
}
