import { daysBefore } from '../plumbing/clock.ts'
import type { Services } from '../services.ts'

/**
 * True when the inbox may have forgotten a message of that time, so that a replay of it would look new. For messages
 * whose signature has no time of its own: WeChat repeats them for a day, and whoever has seen one could send it for
 * ever (docs/wechat/official-account.md 4.3, docs/wechat/payment-triggers.md 1.5).
 */
export function isForgotten({ clock, config }: Services, at: Date): boolean {
  return at < daysBefore(clock.now(), config.keep.inboxRowDays)
}
