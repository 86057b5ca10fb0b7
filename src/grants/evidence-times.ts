import { beijingTime } from '../plumbing/clock.ts'

/** An instant as WeChat's support reads it and as a log has it. */
export function bothTimes(at: Date): { utc: string; beijing: string } {
  return { utc: at.toISOString(), beijing: `${beijingTime(at)} +08:00` }
}

/** JSON with every instant in both zones. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(withBothTimes(value), null, 2)}\n`
}

function withBothTimes(value: unknown): unknown {
  if (value instanceof Date) return bothTimes(value)
  if (Array.isArray(value)) return value.map(withBothTimes)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withBothTimes(one)]))
}
