import { Cron } from 'croner'

/** When a job is due: so many milliseconds after the last run, or at a time of day in Beijing. */
export type When = { everyMs: number } | { daily: string }

/** Every day at `time` (`10:00`) in Beijing. Bills of the day before are there from 10:00 on. */
export const daily = (time: `${number}:${number}`): When => ({ daily: time })

/** Each so many minutes after the last run began to be due. */
export const everyMinutes = (minutes: number): When => ({ everyMs: minutes * 60_000 })

/** The first moment after `after` at which it is due. Throws for a time of day that does not exist. */
export function nextDue(when: When, after: Date): Date {
  if ('everyMs' in when) return new Date(after.getTime() + when.everyMs)
  const next = new Cron(patternOf(when.daily), { timezone: 'Asia/Shanghai', paused: true }).nextRun(after)
  if (!next) throw new Error(`there is no ${when.daily} in a day`)
  return next
}

/** As an operator reads it. */
export function inWords(when: When): string {
  return 'everyMs' in when ? `every ${when.everyMs / 60_000} min` : `daily at ${when.daily} Beijing`
}

function patternOf(time: string): string {
  const [hour, minute] = time.split(':')
  return `${minute} ${hour} * * *`
}
