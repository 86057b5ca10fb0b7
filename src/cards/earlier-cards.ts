import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { openidShape } from '../wechat/official/oauth.ts'

/** How many `rows` the file has, how many were `added`, and how many were `known` (reported before, or twice). */
export type ImportedCards = { rows: number; added: number; known: number }

/**
 * SQL condition for a row of card_openings: the merchant reported the card or its member as existing before, or, at the
 * products of WeChat Pay, the member has had this card before under another code and took it again
 * (docs/wechat/member-cards.md 5).
 */
export const isEarlier = sql<boolean>`(
  exists (select from earlier_cards as earlier where earlier.merchant_id = card_openings.merchant_id
    and earlier.card_id = card_openings.card_id and earlier.card_code = card_openings.card_code)
  or exists (select from earlier_members as earlier where earlier.merchant_id = card_openings.merchant_id
    and earlier.openid = card_openings.openid)
  or (card_openings.source in ('brand_partner', 'brand', 'membercard_open') and exists (
    select from card_openings as held where held.merchant_id = card_openings.merchant_id
    and held.openid = card_openings.openid and held.card_id = card_openings.card_id and held.id <> card_openings.id
    and least(held.taken_at, held.restored_at, held.active_at, held.deleted_at)
      < least(card_openings.taken_at, card_openings.active_at))))`

/**
 * Records cards, or members, that existed before: they never earn as new. The file is CSV with the header
 * `card_id,card_code` or `openid`. May be repeated. Throws `Unusable`, which names the wrong lines; then nothing was
 * changed.
 */
export async function importEarlierCards(db: Db, merchant: Merchant, csv: string): Promise<ImportedCards> {
  const { header, rows } = readRows(csv)
  const added = await db.transaction().execute(async (transaction) => {
    let count = 0
    for (let start = 0; start < rows.length; start += batchSize) {
      count += await insert(transaction, merchant, header, rows.slice(start, start + batchSize))
    }
    return count
  })
  return { rows: rows.length, added, known: rows.length - added }
}

/** Records one card as existing before: it never earns as new. */
export async function markEarlierCard(
  db: Db,
  merchant: Merchant,
  { cardId, cardCode }: { cardId: string; cardCode: string },
): Promise<void> {
  await insert(db, merchant, 'card_id,card_code', [[cardId, cardCode]])
}

/** Rows per statement. */
const batchSize = 5_000

async function insert(db: Db, merchant: Merchant, header: Header, rows: string[][]): Promise<number> {
  const column = (index: number) => rows.map((row) => row[index])
  const inserted =
    header === 'openid'
      ? sql`insert into earlier_members (merchant_id, openid)
          select ${merchant.id}::bigint, openid from unnest(${column(0)}::text[]) as told (openid)
          on conflict do nothing`
      : sql`insert into earlier_cards (merchant_id, card_id, card_code)
          select ${merchant.id}::bigint, card_id, card_code
          from unnest(${column(0)}::text[], ${column(1)}::text[]) as told (card_id, card_code)
          on conflict do nothing`
  return Number((await inserted.execute(db)).numAffectedRows ?? 0)
}

/** WeChat's ids have these forms; a code that a spreadsheet has turned into 1.23E+11 does not. */
const idShapes = {
  card_id: /^p[0-9A-Za-z_-]{1,63}$/,
  card_code: /^[0-9A-Za-z_-]{1,64}$/,
  openid: openidShape,
}
type Header = keyof typeof columns
const columns = { 'card_id,card_code': ['card_id', 'card_code'], openid: ['openid'] } as const
/** With a thousand wrong lines, it is enough to see the first ones. */
const faultsShown = 20

function readRows(csv: string): { header: Header; rows: string[][] } {
  const lines = csv.replace(/^\uFEFF/, '').split(/\r?\n/)
  const header = fieldsOf(lines[0] ?? '').join(',')
  if (!isHeader(header)) throw new Unusable(['line 1: must be the header card_id,card_code or openid'])
  const names = columns[header]
  const faults: string[] = []
  const rows: string[][] = []
  lines.slice(1).forEach((line, index) => {
    if (line.trim() === '') return
    const fields = fieldsOf(line)
    const wrong = names.find((name, place) => !idShapes[name].test(fields[place] ?? ''))
    const number = index + 2
    if (fields.length !== names.length) faults.push(`line ${number}: must have ${names.length} of ${header}`)
    else if (wrong) faults.push(`line ${number}: ${wrong} is not one of WeChat's`)
    else rows.push(fields)
  })
  if (faults.length > faultsShown) faults.splice(faultsShown, Infinity, `and ${faults.length - faultsShown} more lines`)
  if (faults.length > 0) throw new Unusable(faults)
  return { header, rows }
}

function isHeader(text: string): text is Header {
  return Object.hasOwn(columns, text)
}

/** Ids contain neither commas nor quotes, so CSV can only add quotes around them. */
function fieldsOf(line: string): string[] {
  return line.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'))
}
