import type { ColumnType } from 'kysely'

/** An instant in UTC, without its milliseconds meaning anything. */
export type Time = Date

/** Read as a value, written as its JSON text. */
export type Json<T> = ColumnType<T, string, string>
