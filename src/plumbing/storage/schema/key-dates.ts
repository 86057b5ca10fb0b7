import type { Generated } from 'kysely'
import type { Time } from './column.ts'

/** A key that was replaced and still opens or verifies until its end. */
export type FormerKeysTable = {
  id: Generated<number>
  account_id: number
  kind: 'api_v3_key' | 'public_key'
  sealed: string | null
  public_key_id: string | null
  public_key: string | null
  until: Time
}

/** That an operator was told of a certificate's end so many days ahead. */
export type KeyWarningsTable = { account_id: number; serial_no: string; days_ahead: number; at: Time }
