import type { Selectable } from 'kysely'
import type { FileKind, WechatFilesTable } from '../plumbing/storage/schema.ts'
import { wholeDay } from '../plumbing/whole-day.ts'

/** A bill or a flow file of a day: asked for, or to be asked for. */
export type WechatFile = Selectable<WechatFilesTable>

const readyMs = 10 * 3_600_000

/** Until then WeChat may still be making it: 10:00 Beijing time of the next day (docs/wechat/bills.md 1). */
export function readyAt(day: string): Date {
  return new Date(wholeDay(day).end.getTime() + readyMs)
}

/** Whether the rows of a flow are uses of coupons, not the undoing of uses. */
export function tellsUses(kind: FileKind): boolean {
  return kind === 'use_flow' || kind === 'use_flow_whole'
}
