const beijingOffsetMs = 8 * 3_600_000

/** An instant as WeChat Pay writes it: RFC 3339 in Beijing time, to the second. */
export function wechatTime(at: Date | string): string {
  const local = new Date(new Date(at).getTime() + beijingOffsetMs)
  return `${local.toISOString().slice(0, 19)}+08:00`
}
