/** Fen of an amount as a person types it, in yuan with at most two decimals: `12.5` → 1250. NaN for anything else. */
export function fenOf(yuan: string): number {
  const [, whole, cents = ''] = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(plain(yuan)) ?? []
  return whole === undefined ? Number.NaN : Number(whole) * 100 + Number(cents.padEnd(2, '0'))
}

/** A whole number as a person types it. NaN for anything else. */
export function countOf(text: string): number {
  return /^\d{1,12}$/.test(plain(text)) ? Number(plain(text)) : Number.NaN
}

function plain(text: string): string {
  return text.trim().replaceAll(/[,，¥]/g, '')
}
