import type { X509Certificate } from 'node:crypto'
import { dayMs } from '../plumbing/clock.ts'

/** From so many days before its end on, a certificate's date is told as near. */
const warnDays = 60

/**
 * When a merchant's certificate ends: the moment, its date (in UTC), the time until then, and
 * its whole days; both negative once it has ended.
 */
export function certificateEnd(certificate: X509Certificate, now: Date) {
  const ends = new Date(certificate.validTo)
  const leftMs = ends.getTime() - now.getTime()
  const days = Math.floor(leftMs / dayMs)
  return { ends, date: ends.toISOString().slice(0, 10), days, leftMs, isNear: days < warnDays }
}
