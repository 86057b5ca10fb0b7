import type { DifferenceCause } from '../plumbing/storage/schema.ts'

/** How many, and how much in fen. */
export type Figure = { count: number; fen: number }

/** What a line of the comparison is about. */
export type Subject = 'sent' | 'used' | 'returned' | 'payments' | 'refunds'

/**
 * One line, side by side: what our ledger holds, what WeChat says (stock counts, flow files, bills), and what the
 * payments that we know say. undefined: that side does not know it.
 */
export type SheetLine = { of: Subject; ledger: Figure; wechat?: Figure; payments?: Figure }

/** Something by which a person can look it up: ids, Request-IDs, files, times. */
export type Evidence = Record<string, string | number | null>

/** WeChat's figure less ours, where they differ for one cause. */
export type Difference = Figure & {
  /** The same for the same difference, however often the day is compared. */
  key: string
  of: Subject | 'file'
  cause: DifferenceCause
  words: string
  /** The first ones. */
  evidence: Evidence[]
  /** Set where an operator named the cause. */
  explained?: { by: string; at: string; reason: string }
}

/** A file of the day that WeChat should have given. */
export type SheetFile = {
  kind: string
  mchid: string
  stock_id: string | null
  /** `absent`: not asked for yet. */
  state: string
  rows: number | null
  sha1: string | null
  request_id: string | null
  reason: string | null
}

/** A day's figures side by side, as they are shown, signed and kept. */
export type Sheet = {
  merchant: string
  /** `20261101` */
  day: string
  lines: SheetLine[]
  differences: Difference[]
  files: SheetFile[]
  /** What has to come before the day can be signed. */
  missing: string[]
  notes: string[]
}

/** Of one difference at most so many single things are listed; its count says how many there are. */
export const mostEvidence = 50

export function unexplained(sheet: Sheet): Difference[] {
  return sheet.differences.filter(({ cause }) => cause === 'unknown')
}

/** A comparison of one subject: its line, and what differs. */
export type Compared = { line: SheetLine; differences: Difference[]; notes?: string[] }
