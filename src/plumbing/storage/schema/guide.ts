import type { Generated } from 'kysely'
import type { Json, Time } from './column.ts'

/** What the doctor found at a merchant at one time; only the newest few are kept. */
export type ExaminationsTable = {
  id: Generated<number>
  merchant_id: number
  /** When it began. */
  at: Time
  by: string
  /** Where only this step was examined; the other findings are those of before. */
  step: Generated<number | null>
  /** Null while it runs. */
  findings: Json<{ check: string; ok: boolean; message: string; cure: string }[]> | null
}

/** Whose part of the twelve steps. */
export type GuideHalf = 'provider' | 'merchant'

/** A link that shows one half of a merchant's steps; the token itself is stored nowhere. */
export type GuideSharesTable = {
  token_hash: string
  merchant_id: number
  half: GuideHalf
  made_by: string
  made_at: Time
  ends_at: Time
}
