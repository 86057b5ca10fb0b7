/** What the id of a product begins with that names no card: it stands for all cards of its brand or number. */
export const anyCard = 'any:'

/** The id of such a product; no card of WeChat's has one like it. */
export function anyCardOf({ kind, mchid, brand_id }: { kind: string; mchid?: string; brand_id?: string }): string {
  return `${anyCard}${kind}:${brand_id ?? mchid}`
}
