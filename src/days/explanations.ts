import type { Db } from '../plumbing/storage/database.ts'
import type { Difference } from './sheet.ts'

/**
 * The differences with the causes that operators named: of each difference the last one counts, as long as the difference
 * is what it was then.
 */
export async function withExplanations(
  db: Db,
  merchantId: number,
  day: string,
  differences: Difference[],
): Promise<Difference[]> {
  const said = await db
    .selectFrom('day_explanations')
    .select(['difference', 'cause', 'reason', 'by', 'at', 'count', 'fen'])
    .where('merchant_id', '=', merchantId)
    .where('day', '=', day)
    .orderBy('id')
    .execute()
  const last = new Map(said.map((one) => [one.difference, one]))
  return differences.map((difference) => {
    const one = last.get(difference.key)
    if (!one || !isOf(one, difference)) return difference
    const { cause, by, reason, at } = one
    return { ...difference, cause, explained: { by, reason, at: at.toISOString() } }
  })
}

function isOf(said: { count: number | null; fen: number | null }, { count, fen }: Difference): boolean {
  return said.count === null || (said.count === count && said.fen === fen)
}
