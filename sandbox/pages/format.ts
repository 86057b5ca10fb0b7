import { wechatTime } from '../wechat-time.ts'

/** `14:05` in Beijing. */
export function beijingClock(at: Date): string {
  return beijingTime(at).slice(11, 16)
}

/** `2026-11-23 14:05:09` in Beijing. */
export function beijingTime(at: Date | string): string {
  return wechatTime(at).slice(0, 19).replace('T', ' ')
}

/** Fen as yuan, without needless zeros: `30`, `9.9`. */
export function yuan(fen: number): string {
  return String(fen / 100)
}
