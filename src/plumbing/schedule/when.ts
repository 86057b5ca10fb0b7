import { Cron } from 'croner'

/** When a job is due: `everyMs` milliseconds after the last run, or at a time of day in Beijing. */
export type When = { everyMs: number } | { daily: string }

/** Every day at `time` (`10:00`) in Beijing. WeChat's bills of the day before are available from 10:00 on. */
export const daily = (time: `${number}:${number}`): When => ({ daily: time })

/** The first moment after `after` at which the job is due. Throws for a time of day that does not exist. */
export function nextDue(when: When, after: Date): Date {
  if ('everyMs' in when) return new Date(after.getTime() + when.everyMs)
  const next = new Cron(patternOf(when.daily), { timezone: 'Asia/Shanghai', paused: true }).nextRun(after)
  if (!next) throw new Error(`there is no ${when.daily} in a day`)
  return next
}

/** The text that operators read. */
export function inWords(when: When): string {
  if ('daily' in when) return `daily at ${when.daily} Beijing`
  return when.everyMs < 60_000 ? `every ${when.everyMs / 1_000} s` : `every ${when.everyMs / 60_000} min`
}

function patternOf(time: string): string {
  const [hour, minute] = time.split(':')
  return `${minute} ${hour} * * *`
}
