import { isDeepStrictEqual } from 'node:util'

/**
 * The fields in which a row and its new values differ, as text. A plain field is shown with its old and new value; for
 * a secret or a long value only the change itself is shown.
 */
export function changedFields(before: object, after: Record<string, unknown>): string[] {
  const old = before as Record<string, unknown>
  return Object.keys(after)
    .filter((name) => !isDeepStrictEqual(old[name], after[name]))
    .map((name) => describe(name, old[name], after[name]))
}

const shownLengthAtMost = 60

function describe(name: string, before: unknown, after: unknown): string {
  const field = name.replace(/_sealed$/, '')
  if (after === null) return `${field} removed`
  if (before === null || before === undefined) return `${field} set`
  const shown = [before, after].map(show)
  const short = shown.every((text) => text.length <= shownLengthAtMost && !text.includes('\n'))
  return name.endsWith('_sealed') || !short ? `${field} replaced` : `${field} ${shown[0]} → ${shown[1]}`
}

function show(value: unknown): string {
  return value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : JSON.stringify(value)
}
