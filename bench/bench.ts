/** One figure of `npm run bench`: what was measured, and what it is compared with in the same run. */
export type BenchRow = {
  line: number
  what: string
  ours: number
  against: { name: string; value: number }[]
  ratio: number
  reach: string
  unit: string
}

/** A whole number, or one decimal below 10. */
export function figure(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })
}

/** A row as one line of plain text. */
export function printRow(row: BenchRow): void {
  const against = row.against.map(({ name, value }) => `${name} ${figure(value)}`).join(', ')
  console.log(
    `#${row.line} ${row.what}: ${figure(row.ours)} ${row.unit}${against && ` (${against})`}: ratio ${row.ratio.toFixed(2)}, reach ${row.reach}`,
  )
}

export function median(list: number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0
}
