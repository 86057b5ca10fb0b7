/** What only the platform's page takes: the call has no field for it, or does not take it (docs/wechat/pay-v3.md 2.1). */
export type ByHand = {
  /** 可发券商户, beside the creator. */
  senders: string[]
  /** 可用时段: 0 is Sunday; none: every day. */
  weekDays: number[]
  /** `HH:MM` in Beijing; unset: from or to midnight. */
  dayBegins?: string | undefined
  dayEnds?: string | undefined
  /** 领取后几天有效, within the usable time. */
  daysAfterReceipt?: number | undefined
  /** 不可用商品: their codes. */
  excludedGoods: string[]
}

export type ByHandFault = { field: keyof ByHand; chinese: string }

/** As often quoted, and unconfirmed (docs/wechat/pay-v3.md 2.1). */
const sendersAtMost = 10
/** The longest usable time. */
const daysAtMost = 90

/** What WeChat's page would not take, one sentence per fault. */
export function byHandFaults(byHand: ByHand): ByHandFault[] {
  const { senders, dayBegins, dayEnds, daysAfterReceipt: days } = byHand
  const hasHours = hasHoursOf(byHand)
  const checks: [holds: boolean, field: keyof ByHand, chinese: string][] = [
    [senders.length <= sendersAtMost, 'senders', `可发券商户除制券商户外最多 ${sendersAtMost} 个，超过的请另建批次`],
    [senders.every((mchid) => /^[0-9]{6,20}$/.test(mchid)), 'senders', '可发券商户要填微信支付的商户号'],
    [byHand.weekDays.every((day) => Number.isInteger(day) && day >= 0 && day <= 6), 'weekDays', '请选择可用的星期'],
    [isClock(dayBegins), 'dayBegins', '每天开始的时间写成 09:00 这样'],
    [isClock(dayEnds), 'dayEnds', '每天结束的时间写成 21:00 这样'],
    [(dayBegins ?? '00:00') < (dayEnds ?? '23:59'), 'dayEnds', '每天结束的时间要晚于开始的时间'],
    [isDays(days), 'daysAfterReceipt', `领取后有效天数是 1 到 ${daysAtMost} 的整数，不限就留空`],
    [days === undefined || !hasHours, 'daysAfterReceipt', '领取后有效天数和可用时段只能设一种，请清空其中一种'],
    [areCodes(byHand.excludedGoods), 'excludedGoods', '不可用商品最多 50 个编码，每个最多 128 个字符'],
  ]
  return checks.filter(([holds]) => !holds).map(([, field, chinese]) => ({ field, chinese }))
}

/** The fields that keep the call from making this stock, in Chinese; empty when none does. */
export function onlyByHand(byHand: ByHand): string[] {
  return [
    ...(byHand.senders.length > 0 ? ['可发券商户'] : []),
    ...(hasHoursOf(byHand) ? ['可用时段'] : []),
    ...(byHand.daysAfterReceipt === undefined ? [] : ['领取后有效天数']),
    ...(byHand.excludedGoods.length > 0 ? ['不可用商品'] : []),
  ]
}

export function hasHoursOf({ weekDays, dayBegins, dayEnds }: ByHand): boolean {
  return weekDays.length > 0 || dayBegins !== undefined || dayEnds !== undefined
}

function isDays(days: number | undefined): boolean {
  return days === undefined || (Number.isInteger(days) && days >= 1 && days <= daysAtMost)
}

function isClock(text: string | undefined): boolean {
  return text === undefined || /^([01]\d|2[0-3]):[0-5]\d$/.test(text)
}

/** As WeChat takes them for 可用商品. */
function areCodes(codes: string[]): boolean {
  return codes.length <= 50 && codes.every((code) => code.length <= 128)
}
