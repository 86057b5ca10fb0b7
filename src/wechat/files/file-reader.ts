/**
 * Reads a file piece by piece: `push` returns the rows that came to their end, `end` what the whole file says. Both
 * throw `UnreadableFile`; until `end` has returned, the file may still turn out to be half of one.
 */
export type FileReader<Row> = { push(bytes: Uint8Array): Row[]; end(): FileFigures }

/** What the rows of a file add up to, agreeing with the file's own last line. Money in fen. */
export type FileFigures = {
  rows: number
  payments: number
  paymentsFen: number
  refunds: number
  refundsFen: number
  /** Coupons used: 代金券金额, 优惠金额. */
  couponsFen: number
}

export function noFigures(): FileFigures {
  return { rows: 0, payments: 0, paymentsFen: 0, refunds: 0, refundsFen: 0, couponsFen: 0 }
}
