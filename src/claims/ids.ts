import { randomUUID } from 'node:crypto'
import { beijingDay } from '../clock.ts'

/** A UUIDv7 (RFC 9562): its first 48 bits are the time in milliseconds, so that new rows sort last. */
export function timeOrderedId(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/**
 * The sender's number of one coupon, in the shape WeChat recommends: merchant number, day, serial
 * (wechat/pay-v3.md 3.1: letters, digits, `|_*-`, at most 128).
 */
export function outRequestNo(mchid: string, couponRow: string, at: Date): string {
  return `${mchid}-${beijingDay(at)}-${couponRow.replaceAll('-', '')}`
}
