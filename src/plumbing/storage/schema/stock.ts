import type { Selectable } from 'kysely'
import type { StocksTable } from '../schema.ts'

/** A batch of coupons at WeChat Pay, as last read from there. */
export type Stock = Selectable<StocksTable>
