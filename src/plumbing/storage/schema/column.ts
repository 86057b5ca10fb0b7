import type { ColumnType } from 'kysely'

/** UTC; precision below a second is not relied on. */
export type Time = Date

/** Read as a value, written as its JSON text. */
export type Json<T> = ColumnType<T, string, string>
