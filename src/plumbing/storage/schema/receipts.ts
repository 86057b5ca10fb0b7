import type { Generated } from 'kysely'
import type { Time } from './column.ts'

/** The whole page after a payment, or our receipt on it. */
export type ReceiptSwitch = 'plan' | 'page'

/** What was asked of WeChat to open or close it, with a provider's keys, and what it answered. */
export type ReceiptSwitchesTable = {
  id: Generated<number>
  merchant_id: number
  provider_mchid: string
  sub_mchid: string
  switch: ReceiptSwitch
  turned: 'OPEN' | 'CLOSE'
  outcome: 'done' | 'refused' | 'unknown'
  code: string | null
  message: string | null
  request_id: string | null
  by: string
  at: Time
}
