import { beijingTime } from '../../plumbing/clock.ts'

export { yuan } from '../../plumbing/yuan.ts'

/** The Beijing day of an instant, as Chinese pages write it: `2026.11.23`. */
export function day(at: Date): string {
  return beijingTime(at).slice(0, 10).replaceAll('-', '.')
}

/** Day and minute in Beijing: `2026.11.23 09:30`. */
export function minute(at: Date): string {
  return `${day(at)} ${beijingTime(at).slice(11, 16)}`
}
