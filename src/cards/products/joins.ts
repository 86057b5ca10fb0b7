import type { Selectable } from 'kysely'
import type { CardJoinsTable, JoinState } from '../../plumbing/storage/schema.ts'
import type { CardProduct } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'

export type CardJoin = Selectable<CardJoinsTable>

/** What names a joining, whoever tells of it and however often (docs/wechat/member-cards.md 2.6). */
export type Joining = { openid: string; pickedUpAt: Date; code: string | undefined; inForce: boolean }

/** Writes a joining at its first telling; returns it as it was told first, or has become since. */
export async function openJoin(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { merchantId, cardId }: CardProduct,
  { openid, pickedUpAt, code, inForce }: Joining,
): Promise<CardJoin> {
  const key = { merchant_id: merchantId, card_id: cardId, openid, picked_up_at: pickedUpAt }
  const inserted = await db
    .insertInto('card_joins')
    .values({
      ...key,
      card_code: code ?? null,
      told_in_force: inForce,
      state: 'open',
      first_seen_at: clock.now(),
      settled_at: null,
      note: null,
    })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'card_id', 'openid', 'picked_up_at']).doNothing())
    .returningAll()
    .executeTakeFirst()
  if (inserted) return inserted
  let known = db.selectFrom('card_joins').selectAll()
  for (const [name, value] of Object.entries(key)) known = known.where(name as keyof typeof key, '=', value)
  return known.executeTakeFirstOrThrow()
}

/** Ends a joining, unless another process has ended it meanwhile; returns it as it stands then. */
export async function settleJoin(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { id }: CardJoin,
  end: { state: Exclude<JoinState, 'open'>; code?: string | undefined; note?: string },
): Promise<CardJoin> {
  const { state, code, note = null } = end
  const set = { state, settled_at: clock.now(), note, ...(code && { card_code: code }) }
  await db.updateTable('card_joins').set(set).where('id', '=', id).where('state', '!=', 'in_force').execute()
  return db.selectFrom('card_joins').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}
