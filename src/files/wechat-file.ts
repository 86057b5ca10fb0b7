import type { Selectable } from 'kysely'
import { dayMs } from '../plumbing/clock.ts'
import { beijingOffset } from '../plumbing/clock.ts'
import { shownDay } from '../plumbing/calendar-day.ts'
import type { FileKind, WechatFilesTable } from '../plumbing/storage/schema.ts'

/** A bill or a flow file of a day: asked for, or to be asked for. */
export type WechatFile = Selectable<WechatFilesTable>

/** Until then WeChat may still be making it: 10:00 Beijing time of the next day (docs/wechat/bills.md 1). */
export function readyAt(day: string): Date {
  return new Date(new Date(`${shownDay(day)}T10:00:00${beijingOffset}`).getTime() + dayMs)
}

/** Whether the rows of a flow are uses of coupons, not the undoing of uses. */
export function tellsUses(kind: FileKind): boolean {
  return kind === 'use_flow' || kind === 'use_flow_whole'
}
