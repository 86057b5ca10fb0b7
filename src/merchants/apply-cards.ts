import { changedFields } from '../plumbing/files/changed-fields.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { type CardEntry, keysOfBrand } from './card-entries.ts'
import type { Sealer } from './sealer.ts'
import { cardPlace, cardSecrets } from './secret-places.ts'

/** Connects the cards of a merchant file, and disconnects those that it no longer lists. Returns what changed. */
export async function applyCards(
  db: Db,
  sealer: Sealer,
  merchant: { id: number; slug: string },
  entries: CardEntry[],
  now: Date,
): Promise<string[]> {
  const cards = entries.filter((card) => card.kind !== 'official_account')
  const rows = await db.selectFrom('card_products').selectAll().where('merchant_id', '=', merchant.id).execute()
  const lines: string[] = []
  for (const card of cards) {
    const before = rows.find((row) => row.card_id === card.card_id)
    const columns = columnsOf(sealer, merchant.slug, card, before, now)
    const changed = before ? changedFields(before, columns) : ['connected']
    if (changed.length === 0) continue
    lines.push(...changed.map((change) => `card ${card.card_id}: ${change}`))
    const values = { ...columns, updated_at: now }
    if (before) await db.updateTable('card_products').set(values).where('id', '=', before.id).execute()
    else {
      const row = { ...values, merchant_id: merchant.id, card_id: card.card_id }
      await db.insertInto('card_products').values(row).execute()
    }
  }
  for (const { id, card_id } of rows.filter((row) => !cards.some((card) => card.card_id === row.card_id))) {
    await db.deleteFrom('card_products').where('id', '=', id).execute()
    lines.push(`card ${card_id}: no longer connected`)
  }
  return lines
}

type Sealed = Parameters<Sealer['columns']>[2]

type Connected = Exclude<CardEntry, { kind: 'official_account' }>

function columnsOf(sealer: Sealer, slug: string, card: Connected, before: Sealed, now: Date) {
  const isBrand = card.kind === 'brand'
  const given = isBrand ? { private_key: card.private_key, api_key: card.api_key } : {}
  return {
    kind: card.kind,
    mchid: isBrand ? null : card.mchid,
    brand_id: card.kind === 'membercard_open' ? null : card.brand_id,
    confirm: card.kind === 'membercard_open' ? ('us' as const) : card.confirm,
    code_mode: card.kind === 'membercard_open' ? ('system' as const) : card.code_mode,
    serial_no: isBrand ? keysOfBrand(card, now).keys!.serialNo : null,
    public_key_id: isBrand ? card.public_key_id : null,
    public_key: isBrand ? card.public_key : null,
    ...sealer.columns(cardSecrets, given, before, (name) => cardPlace(slug, card.card_id, name)),
  }
}
