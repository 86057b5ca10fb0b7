import type { Generated } from 'kysely'
import type { Time } from './column.ts'

/** A stock that WeChat was asked to make; its request is kept before it is sent for the first time. */
export type MadeStocksTable = {
  id: Generated<number>
  merchant_id: number
  creator_mchid: string
  out_request_no: string
  /** Byte for byte what is sent, every time. */
  request: string
  stock_id: string | null
  created_at: Time
  answered_at: Time | null
}

export type ProviderAct =
  'create' | 'activate' | 'pause' | 'restart' | 'set_callback' | 'set_card_notices' | 'upload_image'

/** What was asked of WeChat with a provider's keys, or those of who made a card, and what it answered. */
export type ProviderActsTable = {
  id: Generated<number>
  merchant_id: number
  /** The number whose keys signed it; of the cards of a brand that signs for itself, the brand. */
  creator_mchid: string
  act: ProviderAct
  /** The stock's number, or what else the act was about. */
  subject: string
  outcome: 'done' | 'refused' | 'unknown'
  code: string | null
  message: string | null
  request_id: string | null
  by: string
  at: Time
}

/** WeChat's address of a picture; valid for ever. */
export type MarketingImagesTable = { creator_mchid: string; sha256: string; media_url: string; at: Time }

export type StepState = 'asked' | 'granted' | 'refused'

/** How far a merchant is; of each step the row with the newest `at` counts. */
export type OnboardingStepsTable = {
  id: Generated<number>
  merchant_id: number
  /** 1 to 12 (docs/going-live.md). */
  step: number
  state: StepState
  /** The Beijing day, `20261101`. */
  day: string
  source: 'hand' | 'evidence'
  evidence: string
  by: string
  /** When it was said by hand, or when what proves it happened. */
  at: Time
}

/** Whom a provider's application is mailed to. */
export type ApplicationRecipientsTable = { mchid: string; mail_to: string[]; set_by: string; set_at: Time }
