import type { X509Certificate } from 'node:crypto'
import { dayMs } from '../plumbing/clock.ts'

/** WeChat itself warns this long before a certificate ends. */
const warnDays = 30

/** When a merchant's certificate ends: the moment, its date (in UTC), and the whole days until then, negative once it has ended. */
export function certificateEnd(certificate: X509Certificate, now: Date) {
  const ends = new Date(certificate.validTo)
  const days = Math.floor((ends.getTime() - now.getTime()) / dayMs)
  return { ends, date: ends.toISOString().slice(0, 10), days, isNear: days < warnDays }
}
