import { shownDay } from '../plumbing/calendar-day.ts'
import { yuan } from '../plumbing/yuan.ts'
import type { FiledFor } from '../files/list.ts'

/** One line about a file: what it is, how it stands, and what it adds up to. */
export function billLine({ file, share }: FiledFor): string {
  const whose = file.stock_id === null ? file.mchid : `stock ${file.stock_id}`
  const hand = file.origin === 'hand' ? ' (by hand)' : ''
  const begin = `${shownDay(file.day)}  ${file.kind}  ${whose}${hand}: ${file.state}`
  if (file.state !== 'kept') return `${begin}${file.reason === null ? '' : `, ${file.reason}`}`
  const figures = `${file.rows ?? 0} rows, payments ${yuan(file.payments_fen ?? 0)}, refunds ${yuan(file.refunds_fen ?? 0)}`
  const ours = share ? `; of this merchant ${share.rows} rows, ${share.set_aside} set aside` : ''
  return `${begin}, ${figures}${file.imported_at === null ? '; not brought in yet' : ours}`
}
