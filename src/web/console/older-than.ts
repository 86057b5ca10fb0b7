/** After which row, by its number, a list goes on (`before` in its address); {} for its first page. */
export function olderThan(query: URLSearchParams): { before?: number } {
  const before = query.get('before') ?? ''
  return /^\d{1,15}$/.test(before) ? { before: Number(before) } : {}
}
